// The sample columns of a VCF line that hold nothing but genotypes, as BCF has them: what htslib
// makes of them, without its parser, which takes them apart character by character. Sources: VCF
// specification 4.3, sections 1.6.2 (GT) and 6.3.3 (BCF); that all samples get the room of the one
// with the most alleles is htslib's way.
#pragma once

#include "engine/core/simd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace callstream::hts {

/// Reused from line to line; one thread at a time.
class gt_columns {
 public:
    explicit gt_columns(simd_level level = best_simd()) : level_(level) {}

    /// Reads the columns behind FORMAT, separated by tabs. `key` is that of GT. False for whatever
    /// is not plain: another number of columns than `samples`, anything that is no genotype,
    /// alleles above 62 (which need more than a byte), more than 14 of them in a genotype. Then
    /// nothing is there.
    enum class tail {
        none,
        ignored,  ///< what is behind a colon in a column: other fields
    };
    bool read(
        std::string_view columns, std::size_t samples, std::uint8_t key, tail behind = tail::none
    );

    /// The FORMAT part of the record: GT as int8, for each sample as many as the longest genotype
    /// of the line has alleles.
    std::span<const std::uint8_t> individual() const noexcept {
        return {bytes_.data(), head_bytes + samples_ * ploidy_};
    }
    std::size_t capacity() const noexcept { return bytes_.capacity(); }

 private:
    static constexpr std::size_t head_bytes = 3;  // key with its type, type and number of values

    struct place;
    bool fill(std::string_view columns);
    bool read_cell(place& at) const;
    void read_pairs(place& at) const;

    simd_level level_;
    std::vector<std::uint8_t> bytes_;
    tail behind_ = tail::none;
    std::size_t samples_ = 0;
    std::uint32_t ploidy_ = 2;   // there is room for
    std::uint32_t longest_ = 0;  // that was found
};

}  // namespace callstream::hts
