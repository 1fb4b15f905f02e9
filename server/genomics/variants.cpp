// Variants with their calls, straight from the files: search, stream, get.
#include "engine/catalog/catalog_service.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/variant_choice.hpp"
#include "server/genomics/variant_source.hpp"
#include "server/genomics/wire.hpp"

#include <boost/json/serialize.hpp>

namespace callstream::genomics {
namespace json = boost::json;
namespace {

constexpr page_limits pages{5000, 10'000};
constexpr std::uint64_t calls_usual = 5000;
constexpr std::uint64_t calls_most = 10'000;

result<http::response> answer_with(result<std::unique_ptr<streaming::body_source>> source) {
    if (!source) return source.error();
    http::response r;
    r.content_type = "application/json; charset=UTF-8";
    r.source = std::move(*source);
    return r;
}

/// What both messages have in common, the variant set apart.
result<wanted_variants> read_wanted(http::json_fields& body) {
    wanted_variants out;
    auto call_sets = body.text_list("callSetIds");
    if (!call_sets) return call_sets.error();
    out.call_sets = std::move(*call_sets);
    auto reference = required_text(body, "referenceName");
    if (!reference) return reference.error();
    out.reference = std::move(*reference);
    for (const auto& [name, into] : {std::pair{"start", &out.start0}, {"end", &out.end0}}) {
        const auto number = body.integer(name);
        if (!number) return number.error();
        *into = number->value_or(0);
        if (*into < 0) return error{errc::bad_request, std::string(name) + " must not be negative"};
    }
    if (out.end0 != 0 && out.start0 > out.end0) {
        return error{errc::bad_request, "start must not be behind end"};
    }
    return out;
}

struct search_variants {
    wanted_variants wanted;
    variant_page page;
};

/// The request without its page, in one spelling.
std::string query_of(const wanted_variants& wanted) {
    return "genomics variants " + json::serialize(json::array{
                                      wanted.variant_set.value_or(""),
                                      json::array(wanted.call_sets.begin(), wanted.call_sets.end()),
                                      wanted.name,
                                      wanted.reference,
                                      wanted.start0,
                                      wanted.end0});
}

result<search_variants> read_search_variants(const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    auto sets = body.text_list("variantSetIds");
    if (!sets) return sets.error();
    if (sets->size() > 1) {
        return error{errc::bad_request, "variantSetIds must have at most one id"};
    }
    auto wanted = read_wanted(body);
    if (!wanted) return wanted.error();
    if (!sets->empty()) wanted->variant_set = std::move(sets->front());
    auto name = body.text("variantName");
    if (!name) return name.error();
    wanted->name = std::move(*name).value_or("");
    auto page = read_page(body);
    if (!page) return page.error();
    const auto variants = page_size(page->size, pages.usual, pages.most);
    if (!variants) return variants.error();
    const auto calls = body.integer("maxCalls");
    if (!calls) return calls.error();
    if (calls->value_or(0) < 0) return error{errc::bad_request, "maxCalls must not be negative"};
    const auto calls_max = page_size(*calls, calls_usual, calls_most);
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    if (page->token && page->token->empty()) page->token.reset();
    variant_page wanted_page{*variants, *calls_max, std::move(page->token), query_of(*wanted)};
    return search_variants{std::move(*wanted), std::move(wanted_page)};
}

result<http::response> search(const context& ctx, const http::request& request) {
    const auto asked = read_search_variants(request);
    if (!asked) return asked.error();
    const auto shown = read_fields(request);
    if (!shown) return shown.error();
    return with_current_files(*ctx.catalog, [&]() -> result<http::response> {
        auto chosen = choose_variants(ctx, request, asked->wanted);
        if (!chosen) return chosen.error();
        return answer_with(page_of_variants(ctx, std::move(*chosen), *shown, asked->page));
    });
}

result<wanted_variants> read_stream_variants(const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    if (auto project = required_text(body, "projectId"); !project) return project.error();
    auto set = body.text("variantSetId");
    if (!set) return set.error();
    auto wanted = read_wanted(body);
    if (!wanted) return wanted.error();
    if (*set && !(*set)->empty()) wanted->variant_set = std::move(*set);
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    return wanted;
}

result<http::response> stream(const context& ctx, const http::request& request) {
    const auto wanted = read_stream_variants(request);
    if (!wanted) return wanted.error();
    const auto shown = read_fields(request);
    if (!shown) return shown.error();
    return with_current_files(*ctx.catalog, [&]() -> result<http::response> {
        auto chosen = choose_variants(ctx, request, *wanted);
        if (!chosen) return chosen.error();
        return answer_with(stream_of_variants(ctx, std::move(*chosen), *shown));
    });
}

result<http::response> get_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto shown = read_fields(request);
    if (!shown) return shown.error();
    return with_current_files(*ctx.catalog, [&]() -> result<http::response> {
        auto chosen = choose_variant(ctx, request, id);
        if (!chosen) return chosen.error();
        return answer_with(single_variant(ctx, std::move(*chosen), *shown));
    });
}

}  // namespace

void add_variant_routes(http::router& routes, const context& ctx) {
    using http::verb;
    routes.add(route_of(verb::post, "/v1/variants/search", ctx, search));
    routes.add(route_of(verb::post, "/v1/variants:stream", ctx, stream));
    routes.add(route_of(verb::get, "/v1/variants/{variantId}", ctx, get_one));
}

}  // namespace callstream::genomics
