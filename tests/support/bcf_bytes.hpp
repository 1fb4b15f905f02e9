// BCF2 typed values made by hand (VCF specification 4.3, section 6.3.3).
#pragma once

#include "engine/hts/record.hpp"

#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace callstream::testing {

class bcf_bytes {
 public:
    bcf_bytes& byte(unsigned value) {
        bytes_.push_back(static_cast<std::uint8_t>(value));
        return *this;
    }
    /// One value of `size` bytes.
    bcf_bytes& value(std::int64_t v, std::size_t size) {
        const auto bits = static_cast<std::uint64_t>(v);
        for (std::size_t i = 0; i < size; ++i) byte(bits >> (8 * i) & 0xff);
        return *this;
    }
    bcf_bytes& real(float v) { return value(std::bit_cast<std::int32_t>(v), 4); }
    bcf_bytes& text(std::string_view t) {
        for (char c : t) byte(static_cast<unsigned char>(c));
        return *this;
    }
    /// A single integer, as keys and long counts are written.
    bcf_bytes& integer(std::int64_t v, hts::value_type type) {
        return byte(0x10U | static_cast<unsigned>(type)).value(v, hts::size_of(type));
    }
    /// Type and count; a count of 15 or more follows as an integer of type `long_count`.
    bcf_bytes& descriptor(
        hts::value_type type,
        std::int64_t count,
        hts::value_type long_count = hts::value_type::int32
    ) {
        const auto low = static_cast<unsigned>(type);
        if (count >= 0 && count < 15) return byte(static_cast<unsigned>(count) << 4 | low);
        return byte(0xf0U | low).integer(count, long_count);
    }

    const std::vector<std::uint8_t>& bytes() const { return bytes_; }
    /// The first `size` bytes in memory of exactly that size, so that a sanitizer sees one too far.
    std::vector<std::uint8_t> first(std::size_t size) const {
        return {bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(size)};
    }

 private:
    std::vector<std::uint8_t> bytes_;
};

/// The values of one FORMAT field with the field that shows them.
class owned_field {
 public:
    owned_field(hts::value_type type, std::uint32_t per_sample, const bcf_bytes& values)
        : bytes_(values.bytes()), field_{0, type, per_sample, bytes_} {}
    owned_field(const owned_field&) = delete;
    owned_field& operator=(const owned_field&) = delete;

    const hts::format_field& operator*() const { return field_; }

 private:
    std::vector<std::uint8_t> bytes_;
    hts::format_field field_;
};

}  // namespace callstream::testing
