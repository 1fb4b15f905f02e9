// The alleles of single genotypes as numbers, for formats that have a notation of their own.
#pragma once

#include "engine/hts/record.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace callstream::genotype {

constexpr std::int32_t missing_allele = -1;

/// The allele indexes of one sample, as many as it has copies; a missing one is `missing_allele`.
/// The list is used anew. Throws damaged_file if GT does not hold integers.
void read_alleles(const hts::format_field& gt, std::size_t sample, std::vector<std::int32_t>& out);

/// How many alleles are not REF; -1 when one is missing, or when there is none.
std::int32_t dosage_of(const std::vector<std::int32_t>& alleles);

}  // namespace callstream::genotype
