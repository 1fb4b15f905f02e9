// POST /search/{entity} and GET /search/{entity}/{searchResultsDbId}. The id is the search itself,
// signed: nothing is stored, so every replica and a restarted server answers it. Searches whose id
// would be longer than 2 KiB are kept in the side store for a week. The results are those of the
// catalog at the time of the GET.
#pragma once

#include "server/brapi/context.hpp"
#include "server/brapi/listing.hpp"
#include "server/http/json_body.hpp"
#include "server/http/router.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace callstream::brapi {

/// Where what is listed comes from: who may see it depends on that.
enum class about { files, side_store };

/// What one entity's search needs of its own.
struct search_service {
    std::string entity;  ///< `callsets`: the last part of the path, and what its ids are signed for
    about what = about::files;
    bool by_token = false;  ///< its pages have tokens, too
    /// Parameters of the GET that `list` reads itself, beside those of paging.
    std::vector<std::string> parameters = {};
    /// Reads the fields of the body, without paging, into a body of one spelling per meaning.
    std::function<result<boost::json::object>(const http::request&, http::json_fields&)> canonical;
    /// The results; `wanted` is a canonical body.
    std::function<result<http::response>(
        const http::request& request,
        const boost::json::object& wanted,
        const list_page& page,
        std::vector<std::string> warnings
    )>
        list;
    std::vector<std::string> content_types = {"application/json"};
};

/// A search of what `read(json_fields&)`, or `read(request, json_fields&)`, makes of a body: a
/// value whose `to_body()` is the body that means it. `list(request, value, page, warnings)`
/// answers.
template <class Read, class List>
search_service search_of(std::string entity, Read read, List list) {
    search_service out;
    out.entity = std::move(entity);
    const auto read_of = [read](const http::request& request, http::json_fields& fields) {
        if constexpr (std::is_invocable_v<Read, const http::request&, http::json_fields&>) {
            return read(request, fields);
        } else {
            (void)request;
            return read(fields);
        }
    };
    out.canonical = [read_of](
                        const http::request& request, http::json_fields& fields
                    ) -> result<boost::json::object> {
        const auto wanted = read_of(request, fields);
        if (!wanted) return wanted.error();
        return wanted->to_body();
    };
    out.list = [read_of, list](
                   const http::request& request,
                   const boost::json::object& body,
                   const list_page& page,
                   std::vector<std::string> warnings
               ) -> result<http::response> {
        http::json_fields fields(body);
        const auto wanted = read_of(request, fields);
        if (!wanted) return wanted.error();
        return list(request, *wanted, page, std::move(warnings));
    };
    return out;
}

/// Paging of the body is the default of the GET. `ctx` and `routes` outlive the handlers.
void add_search_routes(http::router& routes, const context& ctx, search_service service);

}  // namespace callstream::brapi
