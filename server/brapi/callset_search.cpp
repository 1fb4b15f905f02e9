// POST /search/callsets and GET /search/callsets/{searchResultsDbId}. The id is the search itself,
// signed: nothing is stored, so every replica and a restarted server answers it, and the results
// are those of the catalog at the time of the GET.
#include "engine/paging/page_plan.hpp"
#include "engine/paging/signed_text.hpp"
#include "server/brapi/callsets.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/routes.hpp"
#include "server/http/error_response.hpp"
#include "server/http/negotiation.hpp"

#include <boost/json/serialize.hpp>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

constexpr std::uint64_t body_bytes_max = 4 << 20;  // some 100,000 ids
constexpr std::size_t id_bytes_max = 2048;         // paths much longer do not pass every proxy
constexpr std::size_t text_bytes_max = id_bytes_max / 4 * 3 - paging::signature_bytes;
constexpr std::string_view purpose = "search/callsets/1";

struct search {
    callset_filter wanted;
    list_page page;  // of the body, the default for the GET
    std::vector<std::string> warnings;
};

result<search> read_search(const std::string& body) {
    const auto object = http::parse_json_object(body);
    if (!object) return object.error();
    http::json_fields fields(*object);
    auto wanted = read_callset_filter(fields);
    if (!wanted) return wanted.error();
    const auto page = fields.integer("page");
    if (!page) return page.error();
    const auto size = fields.integer("pageSize");
    if (!size) return size.error();
    if (const auto plan = paging::plan_request(*page, *size, std::nullopt); !plan) {
        return plan.error();
    }
    return search{std::move(*wanted), {*page, *size}, ignored_fields(fields)};
}

/// In one spelling per meaning: the same search has the same id.
std::string canonical_text(const search& s) {
    json::object body = s.wanted.to_body();
    if (s.page.page) body.emplace("page", *s.page.page);
    if (s.page.size) body.emplace("pageSize", *s.page.size);
    return json::serialize(body);
}

std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

result<http::response> post(const context& ctx, const http::request& request) {
    auto asked = read_search(request.body);
    if (!asked) return asked.error();
    auto warnings = joined(std::move(asked->warnings), ignored_parameters(http::query(request)));
    if (http::prefers(request.field("prefer"), "respond-sync")) {
        auto r = list_call_sets(ctx, asked->wanted, asked->page, std::move(warnings));
        if (r) r->fields.emplace_back("Preference-Applied", "respond-sync");
        return r;
    }
    const auto text = canonical_text(*asked);
    if (text.size() > text_bytes_max) {
        return http::error_response(
            413,
            "the search is too long to be kept for later; ask for the results at once with "
            "Prefer: respond-sync, or search for fewer values",
            request.field("accept")
        );
    }
    json::object kept;
    kept.emplace("searchResultsDbId", paging::sign_text(ctx.tokens->key(), purpose, text));
    http::response r = single(std::move(kept), warnings);
    r.status = 202;
    return r;
}

result<http::response> get_results(
    const context& ctx, const http::request& request, std::string_view id
) {
    http::query q(request);
    const auto page = q.integer("page");
    if (!page) return page.error();
    const auto size = q.integer("pageSize");
    if (!size) return size.error();
    const auto text = id.size() <= id_bytes_max
                          ? paging::open_signed_text(ctx.tokens->key(), purpose, id)
                          : std::nullopt;
    if (!text) {
        return error{
            errc::not_found,
            "there are no results with this searchResultsDbId; POST the search again"};
    }
    const auto asked = read_search(*text);
    if (!asked) return asked.error();
    const list_page used{*page ? *page : asked->page.page, *size ? *size : asked->page.size};
    return list_call_sets(ctx, asked->wanted, used, ignored_parameters(q));
}

}  // namespace

void add_callset_search_routes(http::router& routes, const context& ctx) {
    routes.add({
        .method = http::verb::post,
        .pattern = "/brapi/v2/search/callsets",
        .blocking = true,
        .body_bytes_max = body_bytes_max,
        .handle = [&ctx](const auto& request, const auto&) { return post(ctx, request); },
    });
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/search/callsets/{searchResultsDbId}",
        .blocking = true,
        .handle = [&ctx](
                      const auto& request, const auto& values
                  ) { return get_results(ctx, request, values[0]); },
    });
}

}  // namespace callstream::brapi
