// A list with a search of its own: GET /{entities}, POST /search/{entities} and its results. All
// three mean the same by the same filter.
#pragma once

#include "server/brapi/envelope.hpp"
#include "server/brapi/search.hpp"

#include <string>
#include <utility>
#include <vector>

namespace callstream::brapi {

/// `read(from)` makes the filter of an `http::query` or of `http::json_fields`, or says what is
/// wrong with them; the filter's `to_body()` is the body that means it. `list(request, filter,
/// page, warnings)` answers. `ctx` and `routes` outlive the handlers.
template <class Read, class List>
void add_filtered_list(
    http::router& routes,
    const context& ctx,
    const std::string& entities,
    Read read,
    List list,
    about what = about::files
) {
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/" + entities,
        .beyond_data_sets = what == about::side_store,
        .blocking = true,
        .handle = [read, list](const auto& request, const auto&) -> result<http::response> {
            http::query q(request);
            const auto wanted = read(q);
            if (!wanted) return wanted.error();
            const auto page = read_list_page(q);
            if (!page) return page.error();
            return list(request, *wanted, *page, ignored_parameters(q));
        },
    });
    auto search = search_of(entities, read, list);
    search.what = what;
    add_search_routes(routes, ctx, std::move(search));
}

}  // namespace callstream::brapi
