// A variant set seen from far away: what the records of each stretch of the genome come to, out of
// the site tables alone.
#pragma once

#include "engine/core/error.hpp"
#include "engine/variants/set_view.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace callstream::variants {

/// Sums over the records that start in one bin. A mean is a sum by the number beside it.
struct site_bin {
    std::uint64_t records = 0;
    std::uint64_t missing_samples = 0;   ///< by records times samples
    std::uint64_t called_records = 0;    ///< with a called allele
    double other_alleles = 0;            ///< of these, the part of the called alleles not REF
    std::uint64_t complete_records = 0;  ///< with a sample that has no missing allele
    double heterozygous = 0;             ///< of these, the part of such samples
};

/// Half-open, 0-based; every bin has `bin_width` bases but the last.
struct binned_contig {
    std::string name;
    std::int64_t begin0 = 0;
    std::int64_t end0 = 0;
    /// Ordinals of the records, which stand together in the set: of the first one in the stretch,
    /// and how many there are. A set whose parts all have several contigs has each of them as often
    /// as there are parts, in the order of their records.
    std::uint64_t first_ordinal = 0;
    std::uint64_t records = 0;
    std::vector<site_bin> bins;
};

struct binned_sites {
    std::int64_t bin_width = 1;
    std::vector<binned_contig> contigs;  ///< that have records, in the order of these
};

/// What somebody looks at.
struct binned_stretch {
    std::string contig;  ///< as the file has it; empty: all, and the rest does not count
    std::int64_t begin0 = 0;
    std::int64_t end0 = 0;  ///< 0: to the end
};

/// About `bins` of them over all contigs, at least one for each. A contig is as long as the header
/// says, or as its last record, and one that is there more than once as far as its records go.
/// `errc::unavailable` while a file is not indexed, `errc::not_found` when no record is on the
/// contig.
result<binned_sites> bin_sites(
    const set_view& view, const binned_stretch& stretch, std::uint32_t bins
);

/// The ordinals of the records that start in a stretch of one contig, `first` to `end`, exclusive.
struct ordinal_range {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
};
/// Errors as above, and `errc::bad_request` for records that do not stand together in the set.
result<ordinal_range> ordinals_in(const set_view& view, const binned_stretch& stretch);

}  // namespace callstream::variants
