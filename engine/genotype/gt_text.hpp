// Genotypes as text, straight from the bytes of the GT field. This is the innermost loop of the
// server: many genotypes of a row at a time where they are of one width (`gt_rows.hpp`), else a
// table lookup and a 16-byte copy per genotype (per allele where ploidy or allele count are high),
// no allocation.
#pragma once

#include "engine/core/text_buffer.hpp"
#include "engine/genotype/genotype_format.hpp"
#include "engine/genotype/gt_rows.hpp"
#include "engine/hts/record.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::genotype {

/// What stands around every genotype.
struct cell_frame {
    std::string before;
    std::string after;
};

/// Writes genotypes in one format. Build one per answer; one thread at a time.
///
/// Rules: the separator before an allele follows that allele's phase bit; a genotype whose alleles
/// are all missing is `unknown` once; single missing alleles are written as `unknown` and keep the
/// genotype from being collapsed; with `expand_homozygotes` off, two or more equal alleles are
/// written once. A dosage has no separators. Real files have genotypes that name an allele which
/// their record does not have: as bases it is `unknown`.
class gt_writer {
 public:
    /// The strings of `format` and `frame` are copied into the output as they are; escape them
    /// first where the output is JSON.
    explicit gt_writer(
        const genotype_format& format, cell_frame frame = {}, simd_level level = best_simd()
    );

    /// Where alleles are written as bases: those of the record whose genotypes follow, REF first.
    /// `escape` makes of an allele what is copied into the output; null: itself.
    void enter_record(
        std::span<const std::string_view> alleles, std::string (*escape)(std::string_view) = nullptr
    );

    /// The most bytes that `write` may touch for this many alleles.
    std::size_t room(std::uint32_t ploidy) const noexcept {
        return slack + frame_.before.size() + frame_.after.size() +
               (std::size_t{ploidy} + 1) * widest_;
    }

    /// Writes the genotype of one sample at `out`, which has `room(field.per_sample)` bytes, and
    /// returns the end of the text. Throws damaged_file if GT does not hold integers.
    char* write(char* out, const hts::format_field& field, std::size_t sample) const;

    /// What is written when a record has no GT field.
    char* write_unknown(char* out) const;

    /// Appends the genotypes of these samples, one after the other. `field` is null when the record
    /// has no GT field. Throws as `write`.
    void write_row(text_buffer& out, const hts::format_field* field, const sample_row& row);

 private:
    static constexpr std::size_t slack = 16;  // pieces are copied 16 bytes at a time

    /// An unused one has no length, as has the rare one that is nothing at all.
    struct alignas(16) piece {
        char text[15];
        std::uint8_t length;
    };

    /// Diploid genotypes of the first seven alleles, ready made: nearly all there are.
    static constexpr unsigned pair_values = 16;  // GT bytes below this have a row and a column

    static void fill(piece& p, const std::string& text);
    static char* put(char* out, const piece& p);
    void measure();
    const gt_row_plan& plan_for(std::uint32_t ploidy);
    char* write_gathered(
        char* out, const hts::format_field& field, std::span<const std::uint32_t> samples
    );
    char* write_run(char* out, const std::uint8_t* gt, std::size_t count, std::uint32_t ploidy);
    void make_allele_pieces();
    piece framed_piece(std::span<const std::uint8_t> alleles) const;
    void make_framed_pieces();
    template <class Integer>
    char* write_framed(char* out, const std::uint8_t* alleles, std::uint32_t count) const;
    char* write_int8(char* out, const std::uint8_t* alleles, std::uint32_t count) const;
    template <class Integer>
    char* write_pieces(char* out, const std::uint8_t* alleles, std::uint32_t count) const;
    template <class Integer>
    char* write_any(char* out, const std::uint8_t* alleles, std::uint32_t count) const;
    template <class Integer>
    char* write_long(char* out, const std::uint8_t* alleles, std::uint32_t count) const;
    template <class Integer>
    char* write_dosage(char* out, const std::uint8_t* alleles, std::uint32_t count) const;
    char* put_unknown(char* out) const;

    genotype_format format_;
    cell_frame frame_;
    bool has_frame_;
    bool in_short_frame_ = false;  // both sides of the frame fit a piece
    simd_level level_;
    std::string characters_;  // of the first alleles, as far as they are written with one each
    gt_row_plan plan_;        // for `plan_ploidy_`
    std::uint32_t plan_ploidy_ = 0;
    std::vector<std::uint8_t> gathered_;  // GT bytes of samples that do not lie side by side
    std::vector<std::string> alleles_;    // of the record
    std::vector<std::string> bases_;      // what is written for them
    std::size_t widest_ = 0;              // separator plus the longer of unknown and an allele
    bool in_pieces_ = false;              // every allele with its separator fits a piece
    bool in_singles_ = false;             // every framed allele does
    bool in_pairs_ = false;               // and every framed pair of small alleles
    piece before_{};
    piece after_{};
    std::array<piece, 256> first_{};    // by GT value: the allele alone
    std::array<piece, 256> next_{};     // by GT value: separator and allele
    std::array<piece, 256> singles_{};  // by GT byte: the framed haploid genotype
    std::array<piece, pair_values * pair_values> pairs_{};  // by two GT bytes: the framed genotype
};

}  // namespace callstream::genotype
