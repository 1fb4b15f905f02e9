// What the genotypes of one record come to: counts of alleles and samples, from the bytes of the GT
// field. The index pass keeps them per record, so that filters on frequencies need no genotype.
#pragma once

#include "engine/hts/record.hpp"

#include <cstddef>
#include <cstdint>

namespace callstream::genotype {

struct gt_counts {
    std::uint32_t called_alleles = 0;   ///< AN of VCF: all that are not missing
    std::uint32_t ref_alleles = 0;      ///< of those, the ones with index 0
    std::uint32_t missing_samples = 0;  ///< with at least one missing allele, or with none at all
    std::uint32_t het_samples = 0;      ///< complete, with at least two different alleles
    std::uint32_t ploidy_min = 0;       ///< alleles of a sample, missing ones included
    std::uint32_t ploidy_max = 0;
    bool any_phased = false;    ///< an allele behind the first with the phase bit
    bool any_unphased = false;  ///< one without it

    bool operator==(const gt_counts&) const = default;
};

/// `gt` is null when the record has no GT field: then every sample is missing. Throws damaged_file
/// if the field does not hold integers.
gt_counts count_genotypes(const hts::format_field* gt, std::size_t samples);

}  // namespace callstream::genotype
