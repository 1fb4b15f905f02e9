// VariantSetMetadata: what the header of a variant file says, or what somebody says instead.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "server/http/json_body.hpp"

#include <boost/json/array.hpp>

#include <cstddef>
#include <optional>

namespace callstream::genomics {

/// How much of the metadata of one set is shown by itself, and of each in a list.
constexpr std::size_t metadata_lines_max = 10'000;
constexpr std::size_t listed_metadata_lines_max = 100;

/// What somebody said, else the lines of the header of the first file. Where there are more than
/// `lines_max`, the last element says how many. Errors of opening the file.
result<boost::json::array> metadata_of(const catalog::variant_set& set, std::size_t lines_max);

/// At most so many elements of it, likewise.
boost::json::array first_of(boost::json::array metadata, std::size_t lines_max);

/// The member `metadata` of a message; nothing when it is absent. `errc::bad_request` for elements
/// that are no VariantSetMetadata.
result<std::optional<boost::json::array>> read_metadata(http::json_fields& body);

}  // namespace callstream::genomics
