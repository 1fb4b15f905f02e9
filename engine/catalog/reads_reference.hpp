// To which reference set the reads of a file were aligned.
#pragma once

#include "engine/catalog/catalog.hpp"

namespace callstream::catalog {

/// What somebody said, else the one in its data set that has all sequences of the header with
/// their lengths (and MD5s, where both are known), else the only one elsewhere; null when none fits
/// or its index is still being made.
const reference_set* reference_of(const snapshot& now, const read_group_set& reads);

}  // namespace callstream::catalog
