// Typed values of BCF as bytes (VCF specification 4.3, section 6.3.3): what byte_reader reads.
#pragma once

#include "engine/core/text_buffer.hpp"
#include "engine/hts/record.hpp"

#include <cstdint>
#include <span>

namespace callstream::hts {

/// What stands before `count` values.
void put_descriptor(text_buffer& out, value_type type, std::uint32_t count);

/// With their descriptor, in the narrowest type; none of them negative.
void put_integers(text_buffer& out, std::span<const std::int32_t> values);
inline void put_integer(text_buffer& out, std::int32_t value) {
    put_integers(out, {&value, 1});
}

inline void put_bytes(text_buffer& out, std::span<const std::uint8_t> bytes) {
    out.append({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace callstream::hts
