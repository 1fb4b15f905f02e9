// Finds the records of a variant set that fit criteria, by indexes and site tables alone: no record
// is read, no genotype decoded.
#pragma once

#include "engine/core/error.hpp"
#include "engine/variants/selection.hpp"
#include "engine/variants/set_view.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace callstream::variants {

/// One record as variant ids name it.
struct numbered_place {
    std::string contig;  ///< as the file has it
    std::int64_t pos0 = 0;
    std::uint32_t duplicate = 1;  ///< which of the records at this position
};

/// One of these must mean the record.
struct named_variants {
    std::vector<numbered_place> places = {};
    /// Each is a whole entry of the ID column (which may list several), or `contig:position`, with
    /// a 1-based position, for records that have none.
    std::vector<std::string> names = {};
};

/// Half-open, 0-based. A record is in it when one of the bases that it covers is: those of REF, or
/// as far as INFO/END says, as for `bcftools -r`.
struct region {
    std::optional<std::string> contig = std::nullopt;  ///< as the file has it; absent: each
    std::int64_t begin0 = 0;
    std::int64_t end0 = std::numeric_limits<std::int64_t>::max();
    bool must_start = false;  ///< the record starts in it, however far it reaches
};

/// Both bounds inclusive.
struct fraction_bounds {
    std::optional<double> min = std::nullopt;
    std::optional<double> max = std::nullopt;

    bool any() const { return min || max; }
};

/// What the genotypes of a record come to, all samples of the set taken together.
struct count_bounds {
    /// The rarer of an ALT allele and all others, as a part of all called alleles; one ALT must
    /// fit each bound. Nothing fits where there is no ALT, or no called allele.
    fraction_bounds minor_frequency = {};
    /// Samples with a missing allele, as a part of all.
    fraction_bounds missing = {};
    /// Samples with different alleles, as a part of those without a missing one. Nothing fits where
    /// there is none.
    fraction_bounds heterozygous = {};
    /// REF included.
    std::uint32_t alleles_max = std::numeric_limits<std::uint32_t>::max();

    bool any() const;
};

/// All must fit.
struct variant_criteria {
    std::vector<named_variants> named = {};         ///< each of them must name the record
    std::vector<std::vector<region>> regions = {};  ///< the record is in one region of each
    count_bounds counts = {};

    bool any() const { return !named.empty() || !regions.empty() || counts.any(); }
};

/// Ordinal of the record at a place; nothing when none is there. `errc::unavailable` as below.
result<std::optional<std::uint64_t>> find_variant(const set_view& view, const numbered_place& at);

/// What is named but not there is no error. `errc::unavailable` while a file of the set is not
/// indexed.
result<selection> select_variants(const set_view& view, const variant_criteria& criteria);

}  // namespace callstream::variants
