#include "engine/genotype/field_text.hpp"

#include <algorithm>
#include <array>
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

/// Text of a small number, so that writing it is one copy of eight bytes.
struct short_text {
    std::array<char, 7> chars{};
    std::uint8_t length = 0;

    constexpr void add(char c) { chars[length++] = c; }
    constexpr void add_digits(std::uint32_t value) {
        if (value >= 100) add(static_cast<char>('0' + value / 100));
        if (value >= 10) add(static_cast<char>('0' + value / 10 % 10));
        add(static_cast<char>('0' + value % 10));
    }
};
static_assert(sizeof(short_text) == 8);

constexpr std::uint32_t short_texts = 1000;

constexpr auto decimals = [] {
    std::array<short_text, short_texts> out;
    for (std::uint32_t value = 0; value < short_texts; ++value) out[value].add_digits(value);
    return out;
}();

/// value / -10: 35 is -3.5, 0 is 0.
constexpr auto phred_as_log10 = [] {
    std::array<short_text, short_texts> out;
    for (std::uint32_t value = 0; value < short_texts; ++value) {
        if (value > 0) out[value].add('-');
        out[value].add_digits(value / 10);
        if (value % 10 == 0) continue;
        out[value].add('.');
        out[value].add(static_cast<char>('0' + value % 10));
    }
    return out;
}();

/// What writes a number into `number_chars_max` bytes; returns the end.
char* copy_text(char* room, const short_text& text) {
    std::memcpy(room, &text, sizeof text);
    return room + text.length;
}

char* write_number(char* room, float value) {
    return std::to_chars(room, room + number_chars_max, value).ptr;
}

char* write_number(char* room, std::int32_t value) {
    const auto at = static_cast<std::uint32_t>(value);
    if (at < short_texts) return copy_text(room, decimals[at]);
    return std::to_chars(room, room + number_chars_max, value).ptr;
}

/// Without going through floating point.
char* write_phred_as_log10(char* room, std::int32_t value) {
    if (const auto at = static_cast<std::uint32_t>(value); at < short_texts) {
        return copy_text(room, phred_as_log10[at]);
    }
    if (value > 0) *room++ = '-';
    const std::uint32_t tenths =
        value > 0 ? static_cast<std::uint32_t>(value) : 0U - static_cast<std::uint32_t>(value);
    room = write_number(room, static_cast<std::int32_t>(tenths / 10));
    if (tenths % 10 == 0) return room;
    *room++ = '.';
    *room++ = static_cast<char>('0' + tenths % 10);
    return room;
}

char* write_likelihood(char* room, float value, bool phred_scaled) {
    // JSON has no infinity: a likelihood of zero has no number to stand for it.
    if (!std::isfinite(value)) return std::copy_n("null", 4, room);
    return write_number(room, phred_scaled ? (value == 0 ? 0.0F : value / -10) : value);
}

char* write_likelihood(char* room, std::int32_t value, bool phred_scaled) {
    return phred_scaled ? write_phred_as_log10(room, value) : write_number(room, value);
}

void append_numbers(text_buffer& out, const hts::typed_values& values, std::string_view missing) {
    bool any = false;
    for_each_number(values, [&](auto value, slot kind) {
        char* room = out.prepare(1 + number_chars_max);
        if (any) *room++ = ',';
        any = true;
        if (kind == slot::value) return out.commit(write_number(room, value));
        out.commit(room);
        out.append(missing);
    });
    if (!any) out.append(missing);
}

bool has_number(const hts::typed_values& values) {
    bool any = false;
    for_each_number(values, [&](auto, slot kind) { any |= kind == slot::value; });
    return any;
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
    if (!has_number(values)) return false;
    char before = '[';
    for_each_number(values, [&](auto value, slot kind) {
        char* room = out.prepare(1 + number_chars_max);
        *room++ = before;
        before = ',';
        const bool is_there = kind == slot::value;
        out.commit(
            is_there ? write_likelihood(room, value, phred_scaled) : std::copy_n("null", 4, room)
        );
    });
    out.append(']');
    return true;
}

bool append_number_texts(text_buffer& out, const hts::typed_values& values) {
    if (!has_number(values)) return false;
    char before = '[';
    for_each_number(values, [&](auto value, slot kind) {
        char* room = out.prepare(4 + number_chars_max);
        *room++ = before;
        before = ',';
        *room++ = '"';
        room = kind == slot::value ? write_number(room, value) : std::copy_n(".", 1, room);
        *room++ = '"';
        out.commit(room);
    });
    out.append(']');
    return true;
}

std::optional<std::string_view> text_of(const hts::typed_values& values) {
    constexpr char missing_text = 7;  // bcf_str_missing
    if (values.type != hts::value_type::text) return std::nullopt;
    std::string_view text(reinterpret_cast<const char*>(values.bytes), values.count);
    text = text.substr(0, text.find('\0'));
    if (text.empty() || text == "." || text[0] == missing_text) return std::nullopt;
    return text;
}

}  // namespace callstream::genotype
