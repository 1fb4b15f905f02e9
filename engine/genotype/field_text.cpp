#include "engine/genotype/field_text.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace callstream::genotype {
namespace {

constexpr std::size_t number_chars_max = 24;
constexpr std::uint32_t float_missing = 0x7F800001;  // BCF reserves two NaNs
constexpr std::uint32_t float_vector_end = 0x7F800002;

template <class T>
T load(const std::uint8_t* bytes, std::uint32_t index) {
    T value;
    std::memcpy(&value, bytes + std::size_t{index} * sizeof value, sizeof value);
    return value;
}

enum class slot { value, missing, end };

template <class Integer>
slot kind_of(Integer value) {
    if (value == std::numeric_limits<Integer>::min()) return slot::missing;
    return value == std::numeric_limits<Integer>::min() + 1 ? slot::end : slot::value;
}
slot kind_of(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if (bits == float_missing) return slot::missing;
    return bits == float_vector_end ? slot::end : slot::value;
}

/// Calls `each(value, slot)` for every value up to the end of the vector.
template <class T, class Each>
void for_each_value(const hts::typed_values& values, Each each) {
    for (std::uint32_t i = 0; i < values.count; ++i) {
        const T value = load<T>(values.bytes, i);
        const slot kind = kind_of(value);
        if (kind == slot::end) return;
        each(value, kind);
    }
}

template <class Each>
void for_each_number(const hts::typed_values& values, Each each) {
    switch (values.type) {
        case hts::value_type::int8:
            return for_each_value<std::int8_t>(values, each);
        case hts::value_type::int16:
            return for_each_value<std::int16_t>(values, each);
        case hts::value_type::int32:
            return for_each_value<std::int32_t>(values, each);
        case hts::value_type::float32:
            return for_each_value<float>(values, each);
        default:
            return;
    }
}

void append_number(text_buffer& out, auto value) {
    char* room = out.prepare(number_chars_max);
    if constexpr (std::is_floating_point_v<decltype(value)>) {
        out.commit(std::to_chars(room, room + number_chars_max, value).ptr);
    } else {
        out.commit(std::to_chars(room, room + number_chars_max, std::int32_t{value}).ptr);
    }
}

/// value / -10 without going through floating point: 35 is -3.5, 0 is 0.
void append_phred_as_log10(text_buffer& out, std::int32_t value) {
    if (value == 0) return out.append('0');
    if (value > 0) out.append('-');
    const std::uint32_t tenths =
        value > 0 ? static_cast<std::uint32_t>(value) : 0U - static_cast<std::uint32_t>(value);
    append_number(out, static_cast<std::int32_t>(tenths / 10));
    if (tenths % 10 != 0) {
        out.append('.');
        out.append(static_cast<char>('0' + tenths % 10));
    }
}

void append_likelihood(text_buffer& out, auto value, bool phred_scaled) {
    if constexpr (std::is_floating_point_v<decltype(value)>) {
        // JSON has no infinity: a likelihood of zero has no number to stand for it.
        if (!std::isfinite(value)) return out.append("null");
        append_number(out, phred_scaled ? (value == 0 ? 0.0F : value / -10) : value);
    } else if (phred_scaled) {
        append_phred_as_log10(out, value);
    } else {
        append_number(out, value);
    }
}

void append_numbers(text_buffer& out, const hts::typed_values& values, std::string_view missing) {
    bool any = false;
    for_each_number(values, [&](auto value, slot kind) {
        if (any) out.append(',');
        any = true;
        if (kind == slot::missing) return out.append(missing);
        append_number(out, value);
    });
    if (!any) out.append(missing);
}

std::optional<std::string_view> text_of(const hts::typed_values& values) {
    constexpr char missing_text = 7;  // bcf_str_missing
    std::string_view text(reinterpret_cast<const char*>(values.bytes), values.count);
    text = text.substr(0, text.find('\0'));
    if (text.empty() || text == "." || text[0] == missing_text) return std::nullopt;
    return text;
}

}  // namespace

void append_numbers(
    text_buffer& out, const hts::format_field& field, std::size_t sample, std::string_view missing
) {
    append_numbers(out, field.values_of(sample), missing);
}

std::optional<std::string_view> text_value(const hts::format_field& field, std::size_t sample) {
    return text_of(field.values_of(sample));
}

void append_info_value(text_buffer& out, const hts::info_field& field) {
    if (field.type == hts::value_type::absent) return;
    if (field.type != hts::value_type::text) return append_numbers(out, field.values(), ".");
    out.append(text_of(field.values()).value_or("."));
}

bool append_likelihoods(
    text_buffer& out, const hts::format_field& field, std::size_t sample, bool phred_scaled
) {
    const auto values = field.values_of(sample);
    bool any_value = false;
    for_each_number(values, [&](auto, slot kind) { any_value |= kind == slot::value; });
    if (!any_value) return false;
    char before = '[';
    for_each_number(values, [&](auto value, slot kind) {
        out.append(before);
        before = ',';
        if (kind == slot::missing) return out.append("null");
        append_likelihood(out, value, phred_scaled);
    });
    out.append(']');
    return true;
}

}  // namespace callstream::genotype
