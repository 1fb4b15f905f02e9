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
    add_search_routes(
        routes,
        ctx,
        {
            .entity = entities,
            .what = what,
            .canonical = [read](http::json_fields& fields) -> result<boost::json::object> {
                const auto wanted = read(fields);
                if (!wanted) return wanted.error();
                return wanted->to_body();
            },
            .list = [read, list](
                        const http::request& request,
                        const boost::json::object& body,
                        const list_page& page,
                        std::vector<std::string> warnings
                    ) -> result<http::response> {
                http::json_fields fields(body);
                const auto wanted = read(fields);
                if (!wanted) return wanted.error();
                return list(request, *wanted, page, std::move(warnings));
            },
        }
    );
}

}  // namespace callstream::brapi
