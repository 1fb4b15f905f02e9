// VariantSetMetadata: what the header of a variant file says, or what somebody says instead.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "server/http/json_body.hpp"

#include <boost/json/array.hpp>

#include <optional>

namespace callstream::genomics {

/// What somebody said, else the lines of the header of the first file, of which the last element
/// says how many more there are where they are very many. Errors of opening the file.
result<boost::json::array> metadata_of(const catalog::variant_set& set);

/// The member `metadata` of a message; nothing when it is absent. `errc::bad_request` for elements
/// that are no VariantSetMetadata.
result<std::optional<boost::json::array>> read_metadata(http::json_fields& body);

}  // namespace callstream::genomics
