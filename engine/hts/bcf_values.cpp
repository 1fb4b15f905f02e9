#include "engine/hts/bcf_values.hpp"

#include <algorithm>
#include <limits>

namespace callstream::hts {
namespace {

template <class T>
void put_value(text_buffer& out, T value) {
    out.append({reinterpret_cast<const char*>(&value), sizeof value});  // little-endian, as BCF is
}

void put_as(text_buffer& out, value_type type, std::int32_t value) {
    switch (type) {
        case value_type::int8:
            return put_value(out, static_cast<std::int8_t>(value));
        case value_type::int16:
            return put_value(out, static_cast<std::int16_t>(value));
        default:
            return put_value(out, value);
    }
}

/// The narrowest type for what is not negative.
value_type type_for(std::int32_t largest) {
    if (largest <= std::numeric_limits<std::int8_t>::max()) return value_type::int8;
    if (largest <= std::numeric_limits<std::int16_t>::max()) return value_type::int16;
    return value_type::int32;
}

}  // namespace

void put_descriptor(text_buffer& out, value_type type, std::uint32_t count) {
    constexpr std::uint32_t long_count = 15;  // says that the count follows
    const auto low = static_cast<unsigned>(type);
    out.append(static_cast<char>(std::min(count, long_count) << 4 | low));
    if (count < long_count) return;
    put_integer(out, static_cast<std::int32_t>(count));
}

void put_integers(text_buffer& out, std::span<const std::int32_t> values) {
    if (values.empty()) return put_descriptor(out, value_type::absent, 0);
    const auto type = type_for(*std::max_element(values.begin(), values.end()));
    put_descriptor(out, type, static_cast<std::uint32_t>(values.size()));
    for (const auto value : values) put_as(out, type, value);
}

}  // namespace callstream::hts
