// GET /variantsets, /variantsets/{variantSetDbId} and /callsets of it, POST /search/variantsets.
// PUT writes metadata.
#include "server/brapi/variantsets.hpp"

#include "engine/variants/set_view.hpp"
#include "server/brapi/callsets.hpp"
#include "server/brapi/entity_json.hpp"
#include "server/brapi/entity_writes.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/exports.hpp"
#include "server/brapi/filtered_list.hpp"
#include "server/brapi/format_field.hpp"
#include "server/brapi/id_route.hpp"
#include "server/brapi/routes.hpp"
#include "server/brapi/variantset_filter.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/array.hpp>

namespace callstream::brapi {
namespace json = boost::json;
using streaming::valid_utf8;
namespace {

/// What a matrix of the set can show beside genotypes.
json::array metadata_fields(const catalog::variant_set& set) {
    json::array out;
    for (const auto& field : set.files.front()->header().formats) {
        if (field.name == "GT") continue;
        out.push_back(
            {{"dataType", data_type(field)},
             {"fieldAbbreviation", valid_utf8(field.name)},
             {"fieldName", valid_utf8(field_title(field))}}
        );
    }
    return out;
}

/// What made the file is not known; when it was made is.
json::object analysis_of(const catalog::variant_set& set) {
    return {
        {"analysisDbId", set.id},
        {"analysisName", valid_utf8(set.name)},
        {"created", set.created},
        {"description", nullptr},
        {"software", json::array()},
        {"type", nullptr},
        {"updated", set.updated},
    };
}

json::object to_json(
    const export_links& links, const relations& all, const catalog::variant_set& set
) {
    const auto records = variants::set_view(set.files).record_count();
    json::object shown = {
        {"additionalInfo", json::object()},
        {"analysis", json::array{analysis_of(set)}},
        {"availableFormats", links.of(set)},
        {"callSetCount", set.call_set_count()},
        {"externalReferences", json::array()},
        {"metadataFields", metadata_fields(set)},
        {"referenceSetDbId", text_or_null(set.reference_set_id)},
        {"studyDbId", set.home->study.id},
        {"variantCount", records ? json::value(*records) : json::value(nullptr)},
        {"variantSetDbId", set.id},
        {"variantSetName", valid_utf8(set.name)},
    };
    all.overlay(entity_type::variant_set, set.id, shown);
    return shown;
}

result<http::response> list_sets(
    const context& ctx,
    const http::request& request,
    const variantset_filter& wanted,
    const list_page& page,
    std::vector<std::string> warnings
) {
    const auto window = plan_list(page, warnings);
    if (!window) return window.error();
    const auto all = relations_now(ctx, request, warnings);
    const auto& now = all->snapshot();
    std::vector<const catalog::variant_set*> found;
    for (const auto* set : now->variant_sets()) {
        if (!wanted.fits(*all, *set)) continue;
        const auto has_variant = wanted.fits_variants(*set);
        if (!has_variant) {
            ctx.catalog->index_soon(set->files);
            return has_variant.error();
        }
        if (*has_variant) found.push_back(set);
    }
    warn_of_waiting(*now, warnings);
    if (found.empty() && wanted.any()) warnings.emplace_back("No variant set fits the filters");
    // The items point into the snapshot.
    const auto show = [all, links = export_links(ctx, request)](const auto* set) {
        return to_json(links, *all, *set);
    };
    return list_response(*window, std::move(found), show, warnings);
}

result<json::value> show_one(
    const context& ctx,
    const http::request& request,
    std::string_view id,
    std::vector<std::string>& warnings
) {
    const auto all = relations_now(ctx, request, warnings);
    const auto* set = all->now().find_variant_set(id);
    if (set == nullptr) return no_variant_set();
    return json::value(to_json(export_links(ctx, request), *all, *set));
}

result<http::response> get_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    auto warnings = ignored_parameters(http::query(request));
    const auto shown = show_one(ctx, request, id, warnings);
    if (!shown) return shown.error();
    return single(*shown, warnings);
}

result<http::response> call_sets_of(
    const context& ctx, const http::request& request, std::string_view id
) {
    http::query q(request);
    auto wanted = read_callset_filter(q);
    if (!wanted) return wanted.error();
    const auto page = read_list_page(q);
    if (!page) return page.error();
    if (visible(ctx, request)->find_variant_set(id) == nullptr) return no_variant_set();
    wanted->variant_set_ids = {};
    wanted->variant_set_ids.add({std::string(id)});
    return list_call_sets(ctx, request, *wanted, *page, ignored_parameters(q));
}

}  // namespace

error no_variant_set() {
    return {errc::not_found, "there is no variant set with this variantSetDbId"};
}

void add_variantset_routes(http::router& routes, const context& ctx) {
    add_id_route(routes, ctx, "/brapi/v2/variantsets/{variantSetDbId}", get_one);
    add_id_route(routes, ctx, "/brapi/v2/variantsets/{variantSetDbId}/callsets", call_sets_of);
    add_metadata_write(
        routes,
        ctx,
        {.pattern = "/brapi/v2/variantsets/{variantSetDbId}",
         .type = entity_type::variant_set,
         .find = [&ctx](const auto& request, std::string_view id) -> result<void> {
             if (visible(ctx, request)->find_variant_set(id) == nullptr) return no_variant_set();
             return {};
         },
         .show = [&ctx](
                     const auto& request, std::string_view id, auto& warnings
                 ) { return show_one(ctx, request, id, warnings); }}
    );
    add_filtered_list(
        routes,
        ctx,
        "variantsets",
        [](auto& from) { return read_variantset_filter(from); },
        [&ctx](const auto& request, const auto& wanted, const list_page& page, auto warnings) {
            return list_sets(ctx, request, wanted, page, std::move(warnings));
        }
    );
}

}  // namespace callstream::brapi
