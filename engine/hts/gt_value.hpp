// How BCF holds an allele of a genotype: (index + 1) << 1 | phased, 0 or 1 for a missing one. The
// smallest integer is BCF's "missing", the next one ends a vector that is shorter than its field.
// Source: VCF specification 4.3, section 6.3.3.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>

namespace callstream::hts {

template <std::signed_integral Integer>
constexpr Integer gt_vector_end = std::numeric_limits<Integer>::min() + 1;

/// The allele's index plus one, 0 when it is missing. Negative values are not valid, and read as
/// missing.
template <std::signed_integral Integer>
constexpr std::uint32_t gt_allele_code(Integer value) {
    return value < 0 ? 0 : static_cast<std::uint32_t>(value) >> 1;
}

template <std::signed_integral Integer>
constexpr bool gt_is_phased(Integer value) {
    return value >= 0 && (value & 1) != 0;
}

}  // namespace callstream::hts
