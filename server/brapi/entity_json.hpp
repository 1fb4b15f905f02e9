// Members that several entities of BrAPI have in common.
#pragma once

#include "engine/catalog/external_reference.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace callstream::brapi {

/// With `referenceID`, as clients of BrAPI 2.0 know it, beside `referenceId`.
boost::json::array external_references_json(
    const std::vector<catalog::external_reference>& references
);

/// What the operator did not say is null.
boost::json::value text_or_null(const std::string& text);

}  // namespace callstream::brapi
