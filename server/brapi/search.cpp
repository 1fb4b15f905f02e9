#include "server/brapi/search.hpp"

#include "engine/core/clock.hpp"
#include "engine/core/hash.hpp"
#include "engine/paging/page_plan.hpp"
#include "engine/paging/signed_text.hpp"
#include "server/brapi/envelope.hpp"
#include "server/http/negotiation.hpp"

#include <boost/json/serialize.hpp>

#include <memory>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

constexpr std::uint64_t body_bytes_max = 4 << 20;  // some 100,000 ids
constexpr std::size_t id_bytes_max = 2048;         // paths much longer do not pass every proxy
constexpr std::size_t text_bytes_max = id_bytes_max / 4 * 3 - paging::signature_bytes;
constexpr char stored_mark = '#';  // no JSON starts with it

struct search {
    json::object wanted;  // canonical
    list_page page;       // of the body
    std::vector<std::string> warnings;
};

result<search> read_search(
    const search_service& service, const http::request& request, const std::string& body
) {
    const auto object = http::parse_json_object(body);
    if (!object) return object.error();
    http::json_fields fields(*object);
    auto wanted = service.canonical(request, fields);
    if (!wanted) return wanted.error();
    const auto page = fields.integer("page");
    if (!page) return page.error();
    const auto size = fields.integer("pageSize");
    if (!size) return size.error();
    std::optional<std::string> token;
    if (service.by_token) {
        auto told = fields.text_or_number("pageToken");
        if (!told) return told.error();
        token = std::move(*told);
    }
    if (const auto plan = paging::plan_request(*page, *size, token); !plan) return plan.error();
    return search{std::move(*wanted), {*page, *size, std::move(token)}, ignored_fields(fields)};
}

/// In one spelling per meaning: the same search has the same id.
std::string canonical_text(const search& s) {
    json::object body = s.wanted;
    if (s.page.page) body.emplace("page", *s.page.page);
    if (s.page.size) body.emplace("pageSize", *s.page.size);
    if (s.page.token) body.emplace("pageToken", *s.page.token);
    return json::serialize(body);
}

/// With a version, so that ids of an older form are not read as what they do not mean.
std::string purpose_of(const search_service& service) {
    return "search/" + service.entity + "/1";
}

std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

/// What a GET says of its page, where it says nothing what the search said. A page without a token
/// means that page.
list_page overlaid(const list_page& said, const list_page& otherwise) {
    const bool says_where = said.page || said.token;
    return {
        says_where ? said.page : otherwise.page,
        said.size ? said.size : otherwise.size,
        says_where ? said.token : otherwise.token};
}

error no_results() {
    return {
        errc::not_found, "there are no results with this searchResultsDbId; POST the search again"};
}

/// Puts a search that is too long for an id into the side store. Returns what the id is made of.
result<std::string> store_text(
    const context& ctx, const std::string& purpose, const std::string& text
) {
    running_hash hash;
    hash.add(purpose.c_str(), purpose.size() + 1);
    hash.add(text.data(), text.size());
    const auto value = hash.value();
    std::string key = stored_mark + hex_text(value.high) + hex_text(value.low);
    if (auto kept = ctx.store->searches().keep(key, text, now_s()); !kept) return kept.error();
    return key;
}

/// The search that an id was made of.
result<std::string> stored_text(const context& ctx, const std::string& text) {
    if (!text.starts_with(stored_mark)) return text;
    auto found = ctx.store->searches().find(text, now_s());
    if (!found) return found.error();
    if (!*found) return no_results();
    return std::move(**found);
}

result<http::response> post(
    const context& ctx, const search_service& service, const http::request& request
) {
    auto asked = read_search(service, request, request.body);
    if (!asked) return asked.error();
    auto warnings = joined(std::move(asked->warnings), ignored_parameters(http::query(request)));
    if (http::prefers(request.field("prefer"), "respond-sync")) {
        auto r = service.list(request, asked->wanted, asked->page, std::move(warnings));
        if (r) r->fields.emplace_back("Preference-Applied", "respond-sync");
        return r;
    }
    std::string text = canonical_text(*asked);
    if (text.size() > text_bytes_max) {
        auto stored = store_text(ctx, purpose_of(service), text);
        if (!stored) return stored.error();
        text = std::move(*stored);
    }
    json::object kept;
    kept.emplace(
        "searchResultsDbId", paging::sign_text(ctx.tokens->key(), purpose_of(service), text)
    );
    http::response r = single(std::move(kept), warnings);
    r.status = 202;
    return r;
}

result<http::response> get_results(
    const context& ctx,
    const search_service& service,
    const http::request& request,
    std::string_view id
) {
    http::query q(request);
    const auto page = service.by_token ? read_token_page(q) : read_list_page(q);
    if (!page) return page.error();
    for (const auto& name : service.parameters) (void)q.text(name);
    const auto text = id.size() <= id_bytes_max
                          ? paging::open_signed_text(ctx.tokens->key(), purpose_of(service), id)
                          : std::nullopt;
    if (!text) return no_results();
    const auto whole = stored_text(ctx, *text);
    if (!whole) return whole.error();
    const auto asked = read_search(service, request, *whole);
    if (!asked) return asked.error();
    return service.list(
        request, asked->wanted, overlaid(*page, asked->page), ignored_parameters(q)
    );
}

}  // namespace

void add_search_routes(http::router& routes, const context& ctx, search_service service) {
    const auto path = "/brapi/v2/search/" + service.entity;
    const auto shared = std::make_shared<const search_service>(std::move(service));
    routes.add({
        .method = http::verb::post,
        .pattern = path,
        .beyond_data_sets = shared->what == about::side_store,
        .blocking = true,
        .body_bytes_max = body_bytes_max,
        .handle =
            [&ctx, shared](const auto& request, const auto&) {
                return post(ctx, *shared, request);
            },
        .content_types = shared->content_types,
    });
    routes.add({
        .method = http::verb::get,
        .pattern = path + "/{searchResultsDbId}",
        .beyond_data_sets = shared->what == about::side_store,
        .blocking = true,
        .handle = [&ctx, shared](
                      const auto& request, const auto& values
                  ) { return get_results(ctx, *shared, request, values[0]); },
        .content_types = shared->content_types,
    });
}

}  // namespace callstream::brapi
