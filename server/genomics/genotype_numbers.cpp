#include "server/genomics/genotype_numbers.hpp"

#include "engine/core/error.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>

namespace callstream::genomics {
namespace {

/// A genotype that is ready made.
struct pair_text {
    std::array<char, 14> chars{};
    std::uint8_t length = 0;
    bool is_phased = false;

    constexpr void add(char c) { chars[length++] = c; }
    constexpr void add_allele(unsigned value) {
        if (value < 2) return add('-'), add('1');
        add(static_cast<char>('0' + value / 2 - 1));
    }
};
static_assert(sizeof(pair_text) == 16);

// Values of GT below this have a row and a column: an allele number plus one, then the phase bit.
constexpr unsigned pair_values = 16;

constexpr auto pairs = [] {
    std::array<pair_text, pair_values * pair_values> out;
    for (unsigned first = 0; first < pair_values; ++first) {
        for (unsigned second = 0; second < pair_values; ++second) {
            auto& text = out[first * pair_values + second];
            text.add('[');
            text.add_allele(first);
            text.add(',');
            text.add_allele(second);
            text.add(']');
            text.is_phased = (second & 1) != 0;
        }
    }
    return out;
}();

template <class Integer>
bool append_alleles(text_buffer& out, const hts::format_field& field, std::size_t sample) {
    constexpr std::size_t chars_max = 12;
    constexpr auto missing = std::numeric_limits<Integer>::min();
    constexpr auto end = static_cast<Integer>(missing + 1);
    const auto* bytes = field.of_sample(sample);
    char* room = out.prepare((std::size_t{field.per_sample} + 1) * chars_max);
    bool is_phased = true;
    std::uint32_t count = 0;
    *room++ = '[';
    for (; count < field.per_sample; ++count) {
        Integer value;
        std::memcpy(&value, bytes + count * sizeof value, sizeof value);
        if (value == end) break;
        if (count > 0) {
            *room++ = ',';
            is_phased = is_phased && value != missing && (value & 1) != 0;
        }
        const int allele = value == missing ? -1 : (value >> 1) - 1;
        room = std::to_chars(room, room + chars_max, allele).ptr;
    }
    *room++ = ']';
    out.commit(room);
    return is_phased && count > 1;
}

}  // namespace

bool append_genotype_numbers(text_buffer& out, const hts::format_field& field, std::size_t sample) {
    switch (field.type) {
        case hts::value_type::int8: {
            const auto* gt = field.of_sample(sample);
            if (field.per_sample != 2 || gt[0] >= pair_values || gt[1] >= pair_values) {
                return append_alleles<std::int8_t>(out, field, sample);
            }
            const auto& text = pairs[gt[0] * pair_values + gt[1]];
            char* room = out.prepare(sizeof text);
            std::memcpy(room, &text, sizeof text);
            out.commit(room + text.length);
            return text.is_phased;
        }
        case hts::value_type::int16:
            return append_alleles<std::int16_t>(out, field, sample);
        case hts::value_type::int32:
            return append_alleles<std::int32_t>(out, field, sample);
        default:
            throw damaged_file("GT does not hold integers");
    }
}

}  // namespace callstream::genomics
