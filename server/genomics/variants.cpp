// Variants with their calls, straight from the files: search, stream, get.
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/streamed.hpp"
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

/// What both messages have in common, the variant set apart.
result<wanted_variants> read_wanted(http::json_fields& body) {
    wanted_variants out;
    auto call_sets = body.text_list("callSetIds");
    if (!call_sets) return call_sets.error();
    out.call_sets = std::move(*call_sets);
    auto reference = required_text(body, "referenceName");
    if (!reference) return reference.error();
    out.reference = std::move(*reference);
    const auto window = read_window(body);
    if (!window) return window.error();
    out.window = *window;
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
                                      wanted.window.start0,
                                      wanted.window.end0});
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
    return streamed(
        ctx,
        request,
        [&] { return choose_variants(ctx, request, asked->wanted); },
        [&](variant_choice chosen, const field_mask& shown) {
            return page_of_variants(ctx, std::move(chosen), shown, asked->page);
        }
    );
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
    return streamed(
        ctx,
        request,
        [&] { return choose_variants(ctx, request, *wanted); },
        [&](variant_choice chosen, const field_mask& shown) {
            return stream_of_variants(ctx, std::move(chosen), shown);
        }
    );
}

result<http::response> get_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    return streamed(
        ctx,
        request,
        [&] { return choose_variant(ctx, request, id); },
        [&](variant_choice chosen, const field_mask& shown) {
            return single_variant(ctx, std::move(chosen), shown);
        }
    );
}

}  // namespace

void add_variant_routes(http::router& routes, const context& ctx) {
    using http::verb;
    routes.add(route_of(verb::post, "/v1/variants/search", ctx, search));
    routes.add(route_of(verb::post, "/v1/variants:stream", ctx, stream));
    routes.add(route_of(verb::get, "/v1/variants/{variantId}", ctx, get_one));
}

}  // namespace callstream::genomics
