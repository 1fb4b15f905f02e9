// A genotype as one byte: which part of its alleles is not REF. For pictures, in which a thousand
// genotypes may share a pixel, and ploidies may differ.
#pragma once

#include "engine/hts/record.hpp"

#include <cstdint>

namespace callstream::genotype {

constexpr std::uint8_t full_dose = 254;  ///< every allele is an ALT
constexpr std::uint8_t no_dose = 255;    ///< no allele is called

/// 0 (every called allele is REF) to `full_dose`, rounded; missing alleles do not count. `no_dose`
/// when none is called, and for what holds no integers.
std::uint8_t dose_of(const hts::typed_values& gt);

}  // namespace callstream::genotype
