// The list of call sets as both GET /callsets and the results of a search show it.
#pragma once

#include "server/brapi/callset_filter.hpp"
#include "server/brapi/context.hpp"
#include "server/brapi/listing.hpp"
#include "server/http/response.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace callstream::brapi {

/// Whether this id can name a call set when the files that wait have their index.
bool may_be_call_set(const catalog::snapshot& now, std::string_view id);

/// What to say of an id that names no call set now: it may name one later, while files wait for
/// their index.
error no_call_set(const catalog::snapshot& now, std::string_view id);

/// `errc::bad_request` for a page that cannot be.
result<http::response> list_call_sets(
    const context& ctx,
    const http::request& request,
    const callset_filter& wanted,
    const list_page& page,
    std::vector<std::string> warnings
);

}  // namespace callstream::brapi
