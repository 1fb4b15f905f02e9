// Genotypes as text, straight from the bytes of the GT field. This is the innermost loop of the
// server: a table lookup and a 16-byte copy per genotype (per allele where ploidy or allele count
// are high), no allocation.
#pragma once

#include "engine/genotype/genotype_format.hpp"
#include "engine/hts/record.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace callstream::genotype {

/// Writes genotypes in one format. Build one per answer; const use is thread-safe.
///
/// Rules: alleles are the VCF's indexes, 0 is REF; the separator before an allele follows that
/// allele's phase bit; a genotype whose alleles are all missing is `unknown` once; single missing
/// alleles are written as `unknown` and keep the genotype from being collapsed; with
/// `expand_homozygotes` off, two or more equal alleles are written once.
class gt_writer {
 public:
    /// The strings of `format` are copied into the output as they are; escape them first where the
    /// output is JSON.
    explicit gt_writer(const genotype_format& format);

    /// The most bytes that `write` may touch for this many alleles.
    std::size_t room(std::uint32_t ploidy) const noexcept {
        return slack + (std::size_t{ploidy} + 1) * widest_;
    }

    /// Writes the genotype of one sample at `out`, which has `room(field.per_sample)` bytes, and
    /// returns the end of the text. Throws damaged_file if GT does not hold integers.
    char* write(char* out, const hts::format_field& field, std::size_t sample) const;

    /// What is written when a record has no GT field.
    char* write_unknown(char* out) const;

 private:
    static constexpr std::size_t slack = 16;  // pieces are copied 16 bytes at a time

    struct alignas(16) piece {
        char text[15];
        std::uint8_t length;
    };

    /// Diploid genotypes of the first seven alleles, ready made: nearly all there are.
    static constexpr unsigned pair_values = 16;  // GT bytes below this have a row and a column

    void make_allele_pieces();
    void make_pair_pieces();
    char* write_int8(char* out, const std::uint8_t* alleles, std::uint32_t count) const;
    char* write_pieces(char* out, const std::uint8_t* alleles, std::uint32_t count) const;
    template <class Integer>
    char* write_long(char* out, const std::uint8_t* alleles, std::uint32_t count) const;

    genotype_format format_;
    std::size_t widest_;              // separator plus the longer of unknown and an allele index
    bool in_pieces_;                  // every allele with its separator fits a piece
    bool in_pairs_;                   // and every pair of small alleles does
    std::array<piece, 256> first_{};  // by GT byte: the allele alone
    std::array<piece, 256> next_{};   // by GT byte: separator and allele
    std::array<piece, pair_values * pair_values> pairs_{};  // by two GT bytes: the genotype
};

}  // namespace callstream::genotype
