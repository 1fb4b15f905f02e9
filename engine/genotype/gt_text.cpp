#include "engine/genotype/gt_text.hpp"

#include "engine/core/error.hpp"
#include "engine/hts/gt_value.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

namespace callstream::genotype {
namespace {

constexpr std::size_t piece_chars = 15;       // see gt_writer::piece
constexpr std::size_t index_digits_max = 10;  // an allele index is below 2^30

char* put_text(char* out, const std::string& text) {
    std::memcpy(out, text.data(), text.size());
    return out + text.size();
}

using hts::gt_allele_code;
using hts::gt_vector_end;

}  // namespace

gt_writer::gt_writer(const genotype_format& format, cell_frame frame, simd_level level)
    : format_(format),
      frame_(std::move(frame)),
      has_frame_(!frame_.before.empty() || !frame_.after.empty()),
      level_(level) {
    in_short_frame_ = std::max(frame_.before.size(), frame_.after.size()) <= piece_chars;
    if (in_short_frame_) {
        fill(before_, frame_.before);
        fill(after_, frame_.after);
    }
    measure();
    if (in_pieces_) make_allele_pieces();
    make_framed_pieces();
}

void gt_writer::fill(piece& p, const std::string& text) {
    std::memcpy(p.text, text.data(), text.size());
    p.length = static_cast<std::uint8_t>(text.size());
}

char* gt_writer::put(char* out, const piece& p) {
    std::memcpy(out, &p, sizeof p);
    return out + p.length;
}

/// Most records have the alleles of one before them.
void gt_writer::enter_record(
    std::span<const std::string_view> alleles, std::string (*escape)(std::string_view)
) {
    if (format_.encoding != allele_encoding::bases) return;
    if (std::equal(alleles.begin(), alleles.end(), alleles_.begin(), alleles_.end())) return;
    alleles_.assign(alleles.begin(), alleles.end());
    bases_ = alleles_;
    if (escape != nullptr) {
        for (auto& text : bases_) text = escape(text);
    }
    measure();
    make_framed_pieces();
}

void gt_writer::measure() {
    std::size_t separator =
        std::max(format_.separator_phased.size(), format_.separator_unphased.size());
    // An index of those that have pieces has at most three digits, an int8 one two, one of the
    // first seven alleles one.
    std::size_t allele = index_digits_max;
    std::size_t short_allele = 3;
    std::size_t longest_single = 2;
    std::size_t pair_allele = 1;
    if (format_.encoding == allele_encoding::bases) {
        allele = 0;
        for (const auto& text : bases_) allele = std::max(allele, text.size());
        pair_allele = allele;
        longest_single = allele;
    } else if (format_.encoding == allele_encoding::dosage) {
        separator = 0;
    }
    const std::size_t unknown = format_.unknown.size();
    const std::size_t frame = frame_.before.size() + frame_.after.size();
    widest_ = separator + std::max(unknown, allele);
    in_pieces_ = format_.encoding == allele_encoding::index &&
                 separator + std::max(unknown, short_allele) <= piece_chars;
    in_singles_ = frame + std::max(unknown, std::min(allele, longest_single)) <= piece_chars;
    in_pairs_ = frame + separator + 2 * std::max(unknown, pair_allele) <= piece_chars;
    characters_.clear();
    if (format_.encoding == allele_encoding::index) characters_ = "0123456789";
    for (const auto& text : bases_) {
        if (text.size() != 1) break;
        characters_ += text;
    }
    plan_.set_alleles(characters_);
}

const gt_row_plan& gt_writer::plan_for(std::uint32_t ploidy) {
    if (ploidy == plan_ploidy_) return plan_;
    plan_ploidy_ = ploidy;
    plan_ = {};
    // Where homozygotes are collapsed, and where separators are longer, widths differ.
    const auto& phased = format_.separator_phased;
    const auto& unphased = format_.separator_unphased;
    const bool is_one_width = phased.size() == 1 && unphased.size() == 1 &&
                              (format_.expand_homozygotes || ploidy == 1) &&
                              format_.encoding != allele_encoding::dosage;
    if (!is_one_width) return plan_;
    plan_ = {level_, ploidy, frame_.before, frame_.after, phased[0], unphased[0]};
    plan_.set_alleles(characters_);
    return plan_;
}

void gt_writer::make_allele_pieces() {
    for (std::size_t at = 0; at < first_.size(); ++at) {
        const auto value = static_cast<std::int16_t>(at);
        const std::uint32_t code = gt_allele_code(value);
        const std::string allele = code == 0 ? format_.unknown : std::to_string(code - 1);
        const bool phased = hts::gt_is_phased(value);
        fill(first_[at], allele);
        fill(next_[at], (phased ? format_.separator_phased : format_.separator_unphased) + allele);
    }
}

/// The genotype of these alleles as a piece; it must fit one.
gt_writer::piece gt_writer::framed_piece(std::span<const std::uint8_t> alleles) const {
    std::array<char, 2 * sizeof(piece)> room{};  // a piece is copied whole, wherever it begins
    const char* end = write_framed<std::int8_t>(
        room.data(), alleles.data(), static_cast<std::uint32_t>(alleles.size())
    );
    piece p{};
    p.length = static_cast<std::uint8_t>(end - room.data());
    std::memcpy(p.text, room.data(), p.length);
    return p;
}

/// Of alleles that the record has, where they are bases: there are few.
void gt_writer::make_framed_pieces() {
    const bool has_bases = format_.encoding == allele_encoding::bases;
    const std::size_t known = has_bases ? 2 * (bases_.size() + 1) : singles_.size();
    singles_ = {};
    for (std::size_t value = 0; in_singles_ && value < std::min(known, singles_.size()); ++value) {
        const auto byte = static_cast<std::uint8_t>(value);
        singles_[value] = framed_piece({&byte, 1});
    }
    pairs_ = {};
    const std::size_t in_pair = std::min<std::size_t>(pair_values, known);
    for (std::uint8_t first = 0; in_pairs_ && first < in_pair; ++first) {
        for (std::uint8_t second = 0; second < in_pair; ++second) {
            const std::array alleles = {first, second};
            pairs_[first * pair_values + second] = framed_piece(alleles);
        }
    }
}

char* gt_writer::put_unknown(char* out) const {
    return put_text(out, format_.unknown);
}

char* gt_writer::write_unknown(char* out) const {
    return put_text(put_unknown(put_text(out, frame_.before)), frame_.after);
}

char* gt_writer::write(char* out, const hts::format_field& field, std::size_t sample) const {
    const std::uint8_t* alleles = field.of_sample(sample);
    switch (field.type) {
        case hts::value_type::int8:
            return write_int8(out, alleles, field.per_sample);
        case hts::value_type::int16:
            return write_framed<std::int16_t>(out, alleles, field.per_sample);
        case hts::value_type::int32:
            return write_framed<std::int32_t>(out, alleles, field.per_sample);
        case hts::value_type::absent:
            return write_unknown(out);
        default:
            throw damaged_file("GT holds something else than allele indexes");
    }
}

void gt_writer::write_row(text_buffer& out, const hts::format_field* field, const sample_row& row) {
    constexpr std::size_t slice_bytes = 256 * 1024;  // room for all at once would be megabytes
    static const hts::format_field nothing;
    const auto& from = field == nullptr ? nothing : *field;
    const std::size_t each = room(from.per_sample);
    const std::size_t slice = std::clamp<std::size_t>(slice_bytes / each, 1, 1024);
    const bool is_planned =
        from.type == hts::value_type::int8 && plan_for(from.per_sample).usable();
    for (std::span<const std::uint32_t> samples = row.samples(); !samples.empty();) {
        const auto now = samples.first(std::min(slice, samples.size()));
        samples = samples.subspan(now.size());
        char* end = out.prepare(now.size() * each + gt_row_plan::overshoot_max);
        if (is_planned && row.are_neighbours()) {
            end = write_run(end, from.of_sample(now[0]), now.size(), from.per_sample);
        } else if (is_planned) {
            end = write_gathered(end, from, now);
        } else {
            for (const auto s : now) end = write(end, from, s);
        }
        out.commit(end);
    }
}

/// int8 values of samples that do not lie side by side.
char* gt_writer::write_gathered(
    char* out, const hts::format_field& field, std::span<const std::uint32_t> samples
) {
    const std::size_t ploidy = field.per_sample;
    gathered_.resize(samples.size() * ploidy);
    std::uint8_t* to = gathered_.data();
    for (const auto s : samples) {
        std::memcpy(to, field.of_sample(s), ploidy);
        to += ploidy;
    }
    return write_run(out, gathered_.data(), samples.size(), field.per_sample);
}

char* gt_writer::write_run(
    char* out, const std::uint8_t* gt, std::size_t count, std::uint32_t ploidy
) {
    constexpr std::size_t by_hand_max = 64;
    std::size_t by_hand = 1;
    while (count > 0) {
        const auto done = plan_.write(out, gt, count);
        out = done.end;
        gt += done.genotypes * ploidy;
        count -= done.genotypes;
        // Where one cannot be written in a row the next often cannot either.
        by_hand = done.genotypes > 0 ? 1 : std::min(2 * by_hand, by_hand_max);
        const std::size_t some = std::min(by_hand, count);
        for (std::size_t i = 0; i < some; ++i, gt += ploidy) out = write_int8(out, gt, ploidy);
        count -= some;
    }
    return out;
}

char* gt_writer::write_int8(char* out, const std::uint8_t* alleles, std::uint32_t count) const {
    if (count == 1 && in_singles_) {
        const piece& p = singles_[alleles[0]];
        std::memcpy(out, &p, sizeof p);
        if (p.length != 0) return out + p.length;
    }
    if (count == 2 && in_pairs_ && (alleles[0] | alleles[1]) < pair_values) {
        const piece& p = pairs_[alleles[0] * pair_values + alleles[1]];
        std::memcpy(out, &p, sizeof p);
        if (p.length != 0) return out + p.length;
    }
    return write_framed<std::int8_t>(out, alleles, count);
}

template <class Integer>
char* gt_writer::write_framed(char* out, const std::uint8_t* alleles, std::uint32_t count) const {
    if (!has_frame_) return write_any<Integer>(out, alleles, count);
    if (in_short_frame_) return put(write_any<Integer>(put(out, before_), alleles, count), after_);
    out = put_text(out, frame_.before);
    return put_text(write_any<Integer>(out, alleles, count), frame_.after);
}

template <class Integer>
char* gt_writer::write_any(char* out, const std::uint8_t* alleles, std::uint32_t count) const {
    if (format_.encoding == allele_encoding::dosage) {
        return write_dosage<Integer>(out, alleles, count);
    }
    if (in_pieces_) return write_pieces<Integer>(out, alleles, count);
    return write_long<Integer>(out, alleles, count);
}

template <class Integer>
char* gt_writer::write_pieces(char* out, const std::uint8_t* alleles, std::uint32_t count) const {
    char* const start = out;
    std::uint32_t present = 0;
    std::uint32_t missing = 0;
    std::uint32_t different = 0;
    Integer first = 0;
    const auto* table = &first_;
    for (; present < count; ++present) {
        Integer value;
        std::memcpy(&value, alleles + present * sizeof value, sizeof value);
        if (value == gt_vector_end<Integer>) break;
        if (value < 0 || static_cast<std::size_t>(value) >= first_.size()) {
            return write_long<Integer>(start, alleles, count);
        }
        if (present == 0) first = value;
        missing += gt_allele_code(value) == 0;
        different += gt_allele_code(value) != gt_allele_code(first);
        out = put(out, (*table)[static_cast<std::size_t>(value)]);
        table = &next_;
    }
    if (missing == present) return put_unknown(start);
    if (!format_.expand_homozygotes && present > 1 && missing + different == 0) {
        return start + first_[static_cast<std::size_t>(first)].length;
    }
    return out;
}

template <class Integer>
char* gt_writer::write_long(char* out, const std::uint8_t* alleles, std::uint32_t count) const {
    const bool by_index = format_.encoding == allele_encoding::index;
    char* const start = out;
    char* first_end = out;
    std::uint32_t present = 0;
    std::uint32_t missing = 0;
    std::uint32_t different = 0;
    std::uint32_t first_code = 0;
    for (; present < count; ++present) {
        Integer value;
        std::memcpy(&value, alleles + present * sizeof value, sizeof value);
        if (value == gt_vector_end<Integer>) break;
        const std::uint32_t code = gt_allele_code(value);
        if (present == 0) {
            first_code = code;
        } else {
            const bool phased = hts::gt_is_phased(value);
            out = put_text(out, phased ? format_.separator_phased : format_.separator_unphased);
        }
        missing += code == 0;
        different += code != first_code;
        if (code == 0) {
            out = put_unknown(out);
        } else if (by_index) {
            out = std::to_chars(out, out + index_digits_max, code - 1).ptr;
        } else {
            out = code <= bases_.size() ? put_text(out, bases_[code - 1]) : put_unknown(out);
        }
        if (present == 0) first_end = out;
    }
    if (missing == present) return put_unknown(start);
    if (!format_.expand_homozygotes && present > 1 && missing + different == 0) return first_end;
    return out;
}

template <class Integer>
char* gt_writer::write_dosage(char* out, const std::uint8_t* alleles, std::uint32_t count) const {
    std::uint32_t present = 0;
    std::uint32_t alternatives = 0;
    for (; present < count; ++present) {
        Integer value;
        std::memcpy(&value, alleles + present * sizeof value, sizeof value);
        if (value == gt_vector_end<Integer>) break;
        const std::uint32_t code = gt_allele_code(value);
        if (code == 0) return put_unknown(out);
        alternatives += code > 1;
    }
    if (present == 0) return put_unknown(out);
    return std::to_chars(out, out + index_digits_max, alternatives).ptr;
}

}  // namespace callstream::genotype
