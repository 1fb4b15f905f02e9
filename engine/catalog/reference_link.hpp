// Which reference set a variant set was called against.
#pragma once

#include "engine/catalog/contig_names.hpp"
#include "engine/hts/variant_header.hpp"
#include "engine/reference/reference_file.hpp"

#include <string>

namespace callstream::catalog {

/// Why a header does not fit a reference: the first contig that the reference does not have, under
/// any of its names, or has with another length. Empty when all fit.
std::string misfit(
    const hts::variant_header& header,
    const reference::reference_file& reference,
    const contig_names& names
);

}  // namespace callstream::catalog
