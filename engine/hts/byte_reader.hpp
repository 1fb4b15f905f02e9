// How the parts of a BCF record are walked: every step is checked against the bytes that are left.
// For the files of this room that decode records.
#pragma once

#include "engine/core/error.hpp"
#include "engine/hts/record.hpp"
#include "engine/hts/site_columns.hpp"

#include <cstdint>
#include <cstring>
#include <span>

namespace callstream::hts {

[[noreturn]] inline void refuse_record(const char* what) {
    throw damaged_file(what);
}

/// Walks over typed values; every step checks what is left.
class byte_reader {
 public:
    explicit byte_reader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

    std::span<const std::uint8_t> take(std::uint64_t count) {
        if (count > rest_.size()) refuse_record("a record is shorter than its own counts");
        const auto taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }

    std::size_t left() const noexcept { return rest_.size(); }

    struct descriptor {
        value_type type;
        std::uint32_t count;
    };
    descriptor take_descriptor() {
        const std::uint8_t byte = take(1)[0];
        const auto type = static_cast<value_type>(byte & 15);
        if (type != value_type::absent && size_of(type) == 0) refuse_record("unknown value type");
        const std::uint32_t count = byte >> 4;
        if (type == value_type::absent && count != 0) refuse_record("values without a type");
        if (count < 15) return {type, count};
        const std::int32_t long_count = take_integer();
        if (long_count < 0) refuse_record("negative value count");
        return {type, static_cast<std::uint32_t>(long_count)};
    }

    /// A vector of any type, as its bytes.
    std::span<const std::uint8_t> take_values(descriptor d) {
        return take(std::uint64_t{d.count} * size_of(d.type));
    }

    std::int32_t take_integer() {
        const std::uint8_t byte = take(1)[0];
        if (byte >> 4 != 1) refuse_record("expected one integer");
        switch (static_cast<value_type>(byte & 15)) {
            case value_type::int8:
                return load<std::int8_t>();
            case value_type::int16:
                return load<std::int16_t>();
            case value_type::int32:
                return load<std::int32_t>();
            default:
                refuse_record("expected an integer");
        }
    }

 private:
    template <class T>
    T load() {
        T value;
        std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
        return value;
    }

    std::span<const std::uint8_t> rest_;
};

inline std::int64_t integer_at(
    std::span<const std::uint8_t> values, value_type type, std::uint32_t index
) {
    const std::uint8_t* at = values.data() + std::size_t{index} * size_of(type);
    switch (type) {
        case value_type::int8:
            return static_cast<std::int8_t>(*at);
        case value_type::int16: {
            std::int16_t value;
            std::memcpy(&value, at, sizeof value);
            return value;
        }
        case value_type::int32: {
            std::int32_t value;
            std::memcpy(&value, at, sizeof value);
            return value;
        }
        default:
            refuse_record("a key is not an integer");
    }
}

/// Walks over ID, alleles, FILTER and INFO and tells `visitor` of them in that order:
/// `allele(bytes)`, `filter(key)`, `info(info_field)`. Throws damaged_file when counts and bytes
/// disagree or a key is not below `key_count`.
template <class Visitor>
void walk_shared(
    std::span<const std::uint8_t> shared,
    std::uint32_t allele_count,
    std::uint32_t info_count,
    std::int32_t key_count,
    Visitor& visitor
) {
    byte_reader reader(shared);
    reader.take_values(reader.take_descriptor());  // ID
    for (std::uint32_t i = 0; i < allele_count; ++i) {
        const auto d = reader.take_descriptor();
        if (d.type != value_type::text && d.count != 0) refuse_record("an allele is not a text");
        visitor.allele(reader.take_values(d));
    }
    const auto filters = reader.take_descriptor();
    const auto keys = reader.take_values(filters);
    for (std::uint32_t i = 0; i < filters.count; ++i) {
        const std::int64_t key = integer_at(keys, filters.type, i);
        if (key < 0 || key >= key_count) refuse_record("a FILTER key is not in the header");
        visitor.filter(static_cast<std::int32_t>(key));
    }
    for (std::uint32_t i = 0; i < info_count; ++i) {
        const std::int32_t key = reader.take_integer();
        if (key < 0 || key >= key_count) refuse_record("an INFO key is not in the header");
        const auto d = reader.take_descriptor();
        visitor.info({key, d.type, d.count, reader.take_values(d)});
    }
}

}  // namespace callstream::hts
