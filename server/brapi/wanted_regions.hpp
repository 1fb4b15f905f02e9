// The regions of a genotype filter, as contigs of one variant set.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "engine/variants/select_variants.hpp"
#include "engine/variants/set_view.hpp"
#include "server/brapi/genotype_filter.hpp"

#include <cstddef>
#include <string>
#include <unordered_set>
#include <vector>

namespace callstream::brapi {

using regions = std::vector<variants::region>;

/// A variant that is wanted is in one region of each group. A contig that is not there has none.
/// What of position ranges, names and ids of references is a contig of this set is added to
/// `found`.
std::vector<regions> regions_of(
    const genotype_filter& wanted,
    const catalog::variant_set& set,
    const variants::set_view& view,
    std::unordered_set<std::string>& found
);

/// A sentence for each that is in `wanted` and not in `found`, for the first `most` of them.
std::vector<std::string> regions_not_in(
    const std::unordered_set<std::string>& found, const genotype_filter& wanted, std::size_t most
);

}  // namespace callstream::brapi
