// Names of variant sets, made of file names. They become ids, so they depend on as little as
// possible: on names alone, and only for the parts of a whole on each other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace callstream::catalog {

/// The stem without a part that names a chromosome: `panel.chr1.snps` is `panel.snps`, so that the
/// file keeps its id when those of other chromosomes join it. Bare numbers stay: `sample_1` is
/// rarely a chromosome.
std::string name_of_one(std::string_view stem);

/// Equal for stems that may belong to parts of one whole: parts between `.`, `_` and `-` that name
/// a chromosome or are numbers, and numbers at the end of a part, are left out.
std::string series_of(std::string_view stem);

/// What the stems of the parts of one whole have in common.
std::string name_of_many(const std::vector<std::string>& stems);

}  // namespace callstream::catalog
