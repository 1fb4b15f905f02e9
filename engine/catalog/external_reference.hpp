// Names that other systems have for something of ours, as the tables of an operator write them.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/external_reference.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace callstream::catalog {

using callstream::external_reference;

/// The parts of a cell between separators; an empty cell has none.
std::vector<std::string> parts_of(std::string_view cell, char separator = ';');

/// Of the cells `externalReferenceId` and `externalReferenceSource`, which may hold several,
/// separated by `;`; one source stands for all. `errc::bad_request` when they do not match; the
/// text goes on after the name of what has them.
result<std::vector<external_reference>> external_references_of(
    const std::string& ids, const std::string& sources
);

}  // namespace callstream::catalog
