// What the genotypes of one record come to: counts of alleles and samples, from the bytes of the GT
// field. The index pass keeps them per record, so that filters on frequencies need no genotype.
#pragma once

#include "engine/hts/record.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

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
    /// Of each ALT allele the rarer of itself and all others is counted; the largest and the
    /// smallest of these. 0 without an ALT.
    std::uint32_t minor_max = 0;
    std::uint32_t minor_min = 0;

    bool operator==(const gt_counts&) const = default;
};

/// Counts the genotypes of records. Keeps a buffer between them; one thread at a time.
class gt_counter {
 public:
    /// `gt` is null when the record has no GT field: then every sample is missing. `alleles` is the
    /// number of alleles of the record, REF included; a genotype with another index counts as
    /// called. Throws damaged_file if the field does not hold integers.
    gt_counts count(const hts::format_field* gt, std::size_t samples, std::uint32_t alleles);

 private:
    std::vector<std::uint32_t> by_allele_;
};

}  // namespace callstream::genotype
