// The alleles of single genotypes as numbers, for formats that have a notation of their own.
#pragma once

#include "engine/hts/record.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace callstream::genotype {

constexpr std::int32_t missing_allele = -1;

/// The allele indexes of one sample, as many as it has copies; a missing one is `missing_allele`.
/// The list is used anew. Throws damaged_file if GT does not hold integers.
void read_alleles(const hts::format_field& gt, std::size_t sample, std::vector<std::int32_t>& out);

/// Reads how many alleles of genotypes are not REF; -1 when one is missing, or when there is none.
/// One thread at a time.
class dosage_reader {
 public:
    /// With `haploids_twice` a single allele counts as two.
    explicit dosage_reader(bool haploids_twice);

    /// Of these samples, into as many bytes at `out`; more than 127 copies count as 127. `gt` is
    /// null when the record has no GT field. Throws as `read_alleles`.
    void read(
        const hts::format_field* gt, std::span<const std::uint32_t> samples, std::int8_t* out
    );

 private:
    static constexpr unsigned pair_values = 16;  // GT bytes of the first seven alleles

    std::int8_t read_one(const hts::format_field& gt, std::uint32_t sample);

    bool haploids_twice_;
    std::array<std::int8_t, pair_values * pair_values> pairs_{};  // by two GT bytes
    std::vector<std::int32_t> alleles_;
};

}  // namespace callstream::genotype
