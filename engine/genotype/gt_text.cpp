#include "engine/genotype/gt_text.hpp"

#include "engine/core/error.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

namespace callstream::genotype {
namespace {

constexpr std::size_t piece_chars = 15;       // see gt_writer::piece
constexpr std::size_t index_digits_max = 10;  // an allele index is below 2^30

char* put(char* out, const std::string& text) {
    std::memcpy(out, text.data(), text.size());
    return out + text.size();
}

/// BCF's encoding of a GT value: (index + 1) << 1 | phased, 0 or 1 for a missing allele. The
/// smallest integer is BCF's "missing", the next one ends a vector that is shorter than its field.
/// Returns the index plus one, 0 when missing. Negative values are not valid and read as missing.
template <class Integer>
std::uint32_t allele_code(Integer value) {
    return value < 0 ? 0 : static_cast<std::uint32_t>(value) >> 1;
}
template <class Integer>
constexpr Integer vector_end = std::numeric_limits<Integer>::min() + 1;
constexpr auto end_byte = static_cast<std::uint8_t>(vector_end<std::int8_t>);

}  // namespace

gt_writer::gt_writer(const genotype_format& format) : format_(format) {
    const std::size_t separator =
        std::max(format_.separator_phased.size(), format_.separator_unphased.size());
    widest_ = separator + std::max(format_.unknown.size(), index_digits_max);
    // An int8 allele index has at most two digits, one of the first seven alleles one.
    in_pieces_ = separator + std::max<std::size_t>(format_.unknown.size(), 2) <= piece_chars;
    in_pairs_ = separator + 2 * std::max<std::size_t>(format_.unknown.size(), 1) <= piece_chars;
    if (in_pieces_) make_allele_pieces();
    if (in_pairs_) make_pair_pieces();
}

void gt_writer::make_allele_pieces() {
    const auto fill = [](piece& p, const std::string& text) {
        std::memcpy(p.text, text.data(), text.size());
        p.length = static_cast<std::uint8_t>(text.size());
    };
    for (std::size_t byte = 0; byte < first_.size(); ++byte) {
        const auto value = static_cast<std::int8_t>(byte);
        const std::uint32_t code = allele_code(value);
        const std::string allele = code == 0 ? format_.unknown : std::to_string(code - 1);
        const bool phased = value >= 0 && (value & 1) != 0;
        fill(first_[byte], allele);
        fill(
            next_[byte], (phased ? format_.separator_phased : format_.separator_unphased) + allele
        );
    }
}

void gt_writer::make_pair_pieces() {
    std::array<char, piece_chars + index_digits_max> room{};
    for (std::uint8_t first = 0; first < pair_values; ++first) {
        for (std::uint8_t second = 0; second < pair_values; ++second) {
            const std::uint8_t alleles[] = {first, second};
            const char* end = write_long<std::int8_t>(room.data(), alleles, 2);
            piece& p = pairs_[first * pair_values + second];
            p.length = static_cast<std::uint8_t>(end - room.data());
            std::memcpy(p.text, room.data(), p.length);
        }
    }
}

char* gt_writer::write_unknown(char* out) const {
    return put(out, format_.unknown);
}

char* gt_writer::write(char* out, const hts::format_field& field, std::size_t sample) const {
    const std::uint8_t* alleles = field.of_sample(sample);
    switch (field.type) {
        case hts::value_type::int8:
            return write_int8(out, alleles, field.per_sample);
        case hts::value_type::int16:
            return write_long<std::int16_t>(out, alleles, field.per_sample);
        case hts::value_type::int32:
            return write_long<std::int32_t>(out, alleles, field.per_sample);
        case hts::value_type::absent:
            return write_unknown(out);
        default:
            throw damaged_file("GT holds something else than allele indexes");
    }
}

char* gt_writer::write_int8(char* out, const std::uint8_t* alleles, std::uint32_t count) const {
    if (count == 2 && in_pairs_ && (alleles[0] | alleles[1]) < pair_values) {
        const piece& p = pairs_[alleles[0] * pair_values + alleles[1]];
        std::memcpy(out, &p, sizeof p);
        return out + p.length;
    }
    if (!in_pieces_) return write_long<std::int8_t>(out, alleles, count);
    if (count == 1 && alleles[0] != end_byte) {
        const piece& p = first_[alleles[0]];
        std::memcpy(out, &p, sizeof p);
        return out + p.length;
    }
    return write_pieces(out, alleles, count);
}

char* gt_writer::write_pieces(char* out, const std::uint8_t* alleles, std::uint32_t count) const {
    char* const start = out;
    std::uint32_t present = 0;
    std::uint32_t missing = 0;
    std::uint32_t different = 0;
    std::uint32_t first_code = 0;
    const auto* table = &first_;
    for (; present < count && alleles[present] != end_byte; ++present) {
        const std::uint8_t byte = alleles[present];
        const std::uint32_t code = allele_code(static_cast<std::int8_t>(byte));
        if (present == 0) first_code = code;
        missing += code == 0;
        different += code != first_code;
        const piece& p = (*table)[byte];
        std::memcpy(out, &p, sizeof p);
        out += p.length;
        table = &next_;
    }
    if (missing == present) return write_unknown(start);
    if (!format_.expand_homozygotes && present > 1 && missing + different == 0) {
        return start + first_[alleles[0]].length;
    }
    return out;
}

template <class Integer>
char* gt_writer::write_long(char* out, const std::uint8_t* alleles, std::uint32_t count) const {
    char* const start = out;
    char* first_end = out;
    std::uint32_t present = 0;
    std::uint32_t missing = 0;
    std::uint32_t different = 0;
    std::uint32_t first_code = 0;
    for (; present < count; ++present) {
        Integer value;
        std::memcpy(&value, alleles + present * sizeof value, sizeof value);
        if (value == vector_end<Integer>) break;
        const std::uint32_t code = allele_code(value);
        if (present == 0) {
            first_code = code;
        } else {
            const bool phased = value >= 0 && (value & 1) != 0;
            out = put(out, phased ? format_.separator_phased : format_.separator_unphased);
        }
        missing += code == 0;
        different += code != first_code;
        out = code == 0 ? write_unknown(out)
                        : std::to_chars(out, out + index_digits_max, code - 1).ptr;
        if (present == 0) first_end = out;
    }
    if (missing == present) return write_unknown(start);
    if (!format_.expand_homozygotes && present > 1 && missing + different == 0) return first_end;
    return out;
}

}  // namespace callstream::genotype
