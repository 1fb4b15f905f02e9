// Variant sets as BrAPI 2.1 shows them, those of files and those that clients extracted.
#pragma once

#include "server/brapi/exports.hpp"
#include "server/brapi/relations.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string_view>

namespace callstream::brapi {

boost::json::object to_json(
    const export_links& links, const relations& all, const catalog::variant_set& set
);

/// An extract, with what is in it now; null when there is no such extract. Its variants are not
/// counted while nobody could look at them.
result<boost::json::value> extract_json(
    const context& ctx, const http::request& request, const relations& all, std::string_view id
);

/// The same where that cannot be said: without counts and files. `id` is that of an extract.
boost::json::value bare_extract_json(
    const context& ctx, const http::request& request, const relations& all, std::string_view id
);

}  // namespace callstream::brapi
