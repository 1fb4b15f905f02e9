// What stands in lists that are named as a filter (`listDbId`, an extension): samples and germplasm
// choose call sets, markers and variants choose variants.
#pragma once

#include "server/brapi/callset_filter.hpp"
#include "server/brapi/context.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace callstream::brapi {

/// The items of one list as a filter; nothing in a kind that the list is not about.
struct listed {
    std::optional<callset_filter::list_members> call_sets;
    std::optional<std::vector<std::string>> variants;  ///< ids or names, as somebody wrote them
    std::uint64_t version = 0;                         ///< other items have another one
};

/// Nothing when there is no such list. `errc::forbidden` for a token that does not reach the store,
/// `errc::bad_request` for a list of something else or of more than a million items.
result<std::optional<listed>> read_listed(
    const context& ctx, const http::request& request, const std::string& list_id
);

}  // namespace callstream::brapi
