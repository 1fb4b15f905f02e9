// Rows of genotypes that all have the same width as text, many at a time: every allele one
// character, every separator one, nothing missing. That is nearly all there is in a panel; whatever
// is not is left to `gt_writer`, which writes the same genotype by genotype.
#pragma once

#include "engine/core/simd.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace callstream::genotype {

/// The samples of a row in the order in which they are shown. Looks once whether each is the one
/// behind that before it, as they mostly are.
class sample_row {
 public:
    sample_row(std::vector<std::uint32_t> samples = {})
        : samples_(std::move(samples)), are_neighbours_(follow_each_other()) {}

    const std::vector<std::uint32_t>& samples() const noexcept { return samples_; }
    bool are_neighbours() const noexcept { return are_neighbours_; }

 private:
    bool follow_each_other() const noexcept {
        for (std::size_t i = 1; i < samples_.size(); ++i) {
            if (samples_[i] != samples_[i - 1] + 1) return false;
        }
        return true;
    }

    std::vector<std::uint32_t> samples_;
    bool are_neighbours_;
};

/// What stands where in the text of as many genotypes as a register holds. A genotype is `before`,
/// its alleles with a separator before each but the first, `after`.
class gt_row_plan {
 public:
    static constexpr std::size_t overshoot_max = 64;

    gt_row_plan() = default;
    /// For genotypes of `ploidy` int8 alleles. Not usable when they are longer than 16 bytes,
    /// ploidy is 0 or above 8, what stands around them has too many different characters, or
    /// without SIMD.
    gt_row_plan(
        simd_level level,
        std::uint32_t ploidy,
        std::string_view before,
        std::string_view after,
        char phased,
        char unphased
    );
    /// What is written for the first alleles, a character each; genotypes with others are not
    /// written. Of more than 15 the first count.
    void set_alleles(std::string_view characters);

    bool usable() const noexcept { return genotypes_ != 0 && alleles_ != 0; }

    struct written {
        std::size_t genotypes = 0;
        char* end = nullptr;
    };
    /// Writes genotypes from the start of `gt`, where `count` of them lie side by side, until one
    /// comes that it cannot write, or those that are left do not fill a register. At `out` there
    /// must be room for `count` genotypes and `overshoot_max` bytes.
    written write(char* out, const std::uint8_t* gt, std::size_t count) const noexcept;

 private:
    static constexpr std::size_t register_max = 64;
    static constexpr std::size_t width_max = 16;
    static constexpr std::size_t code_count = 16;

    bool place_constants(std::string_view before, std::string_view after);
    std::uint8_t place_of(char constant) const;

    struct avx2_step;
    template <std::size_t Pieces>
    written write_avx2(char* out, const std::uint8_t* gt, std::size_t count) const noexcept;
    template <std::size_t Pieces>
    written write_avx512(char* out, const std::uint8_t* gt, std::size_t count) const noexcept;
    template <std::size_t... Less>
    static constexpr auto avx2_kernels(std::index_sequence<Less...>);
    template <std::size_t... Less>
    static constexpr auto avx512_kernels(std::index_sequence<Less...>);

    simd_level level_ = simd_level::none;
    std::size_t register_ = 0;  // bytes
    std::size_t ploidy_ = 0;
    std::size_t genotypes_ = 0;  // of one register; 0: not usable
    std::size_t width_ = 0;      // bytes of the text of one
    std::size_t pieces_ = 0;     // registers of text
    /// Where each byte of the text comes from: below `register_` from the alleles' characters,
    /// then from the separators, whose places at first alleles are free and hold what is constant.
    std::array<std::uint8_t, register_max * width_max> source_{};
    std::array<std::uint8_t, register_max> phased_{};
    std::array<std::uint8_t, register_max> unphased_{};
    /// By allele code, in each 16 bytes; 0 is a missing one.
    std::array<std::uint8_t, register_max> characters_{};
    std::uint8_t alleles_ = 0;
};

}  // namespace callstream::genotype
