// GET /allelematrix, POST /search/allelematrix: genotypes, or any other FORMAT field, as a matrix
// of variants (rows) and call sets (columns), a page of either. Spec: BrAPI 2.1 AlleleMatrix.
#include "server/brapi/envelope.hpp"
#include "server/brapi/item_stream.hpp"
#include "server/brapi/matrix_source.hpp"
#include "server/brapi/routes.hpp"
#include "server/brapi/search.hpp"
#include "server/http/negotiation.hpp"

#include <boost/json/serialize.hpp>

#include <array>
#include <memory>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

result<http::response> answer(
    const context& ctx,
    const http::request& request,
    const matrix_query& wanted,
    std::vector<std::string> warnings
) {
    constexpr std::array<std::string_view, 2> offers = {"application/json", ndjson_type};
    const auto type = http::pick_media_type(request.field("accept"), offers);
    if (!type) {
        return error{
            errc::not_acceptable, "matrices come as application/json or application/x-ndjson"};
    }
    auto chosen = choose_genotypes(ctx, request, wanted.filter, warnings);
    if (!chosen) return chosen.error();
    if (!wanted.filter.any() && chosen->sets.size() > 1) {
        return error{
            errc::bad_request,
            "there are " + std::to_string(chosen->sets.size()) +
                " variant sets; say which with variantSetDbId, see /variantsets"};
    }
    auto version = chosen->version("matrix\n" + json::serialize(wanted.to_body()));
    for (const auto& warning : warnings) version.append("\n").append(warning);
    auto shared = std::make_shared<const genotype_choice>(std::move(*chosen));
    auto source = make_matrix_source(
        shared, wanted, *type == ndjson_type, std::move(warnings), ctx.calls_streamed
    );
    if (!source) return index_if_that_helps(ctx, *shared, source.error());
    http::response r;
    r.content_type = *type;
    r.version = std::move(version);
    r.source = std::move(*source);
    return r;
}

/// What the GET of a search may say anew.
const std::vector<std::string>& page_parameters() {
    static const std::vector<std::string> names = {
        "dimensionVariantPage",
        "dimensionVariantPageSize",
        "dimensionCallSetPage",
        "dimensionCallSetPageSize",
        "variantPage",
        "callSetPage"};
    return names;
}

}  // namespace

void add_allele_matrix_routes(http::router& routes, const context& ctx) {
    const std::vector<std::string> types = {"application/json", std::string(ndjson_type)};
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/allelematrix",
        .blocking = true,
        .handle = [&ctx](const auto& request, const auto&) -> result<http::response> {
            http::query q(request);
            const auto wanted = read_matrix_query(ctx, request, q);
            if (!wanted) return wanted.error();
            const auto warnings = ignored_parameters(q);
            return with_current_files(*ctx.catalog, [&] {
                return answer(ctx, request, *wanted, warnings);
            });
        },
        .content_types = types,
    });
    auto search = search_of(
        "allelematrix",
        [&ctx](const http::request& request, http::json_fields& fields) {
            return read_matrix_query(ctx, request, fields);
        },
        [&ctx](
            const http::request& request, auto wanted, const auto&, const auto& warnings
        ) -> result<http::response> {
            http::query q(request);
            if (auto done = read_matrix_pages(q, wanted); !done) return done.error();
            return with_current_files(*ctx.catalog, [&] {
                return answer(ctx, request, wanted, warnings);
            });
        }
    );
    search.by_token = true;
    search.parameters = page_parameters();
    search.content_types = types;
    add_search_routes(routes, ctx, std::move(search));
}

}  // namespace callstream::brapi
