// GET /variantsets, /variantsets/{variantSetDbId} and /callsets of it, POST /search/variantsets.
// PUT writes metadata.
#include "server/brapi/callsets.hpp"
#include "server/brapi/entity_json.hpp"
#include "server/brapi/entity_writes.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/filtered_list.hpp"
#include "server/brapi/genotype_choice.hpp"
#include "server/brapi/id_route.hpp"
#include "server/brapi/routes.hpp"
#include "server/brapi/variantset_filter.hpp"
#include "server/brapi/variantset_json.hpp"

#include <algorithm>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

/// What is in an extract of what this filter asks for.
genotype_filter within_extract(const variantset_filter& wanted, std::string_view id) {
    genotype_filter out;
    out.common_crop_names = wanted.common_crop_names;
    out.program_ids = wanted.program_ids;
    out.program_names = wanted.program_names;
    out.reference_ids = wanted.reference_ids;
    out.reference_set_ids = wanted.reference_set_ids;
    out.study_ids = wanted.study_ids;
    out.study_names = wanted.study_names;
    out.trial_ids = wanted.trial_ids;
    out.trial_names = wanted.trial_names;
    out.call_set_ids = wanted.call_set_ids.texts();
    out.variant_ids = wanted.variant_ids;
    out.variant_set_ids.add({std::string(id)});
    return out;
}

result<bool> fits_extract(
    const context& ctx,
    const http::request& request,
    const relations& all,
    const variantset_filter& wanted,
    std::string_view id
) {
    if (!wanted.variant_set_ids.fits(id)) return false;
    if (!wanted.any_but_ids()) return true;
    const auto* wrote = all.wrote(entity_type::variant_set, id);
    if (!wanted.fits_references(wrote)) return false;
    const auto within = within_extract(wanted, id);
    const bool by_variants = within.asks_for_variants();
    const auto chosen = choose_genotypes(
        ctx, request, all, within, by_variants ? choose_for::all : choose_for::call_sets
    );
    if (!chosen) return chosen.error();
    return !chosen->sets.empty() && (!by_variants || chosen->has_variants());
}

std::string not_known(std::string_view id, const error& why) {
    return "What is in the extract " + std::string(id) + " cannot be said: " + why.text;
}

/// The variant sets that fit: first those of files, then extracts.
struct found_sets {
    std::vector<const catalog::variant_set*> of_files;
    std::vector<std::string_view> extracts;
};

result<found_sets> find_sets(
    const context& ctx,
    const http::request& request,
    const relations& all,
    const variantset_filter& wanted,
    std::vector<std::string>& warnings
) {
    found_sets out;
    for (const auto* set : all.now().variant_sets()) {
        if (!wanted.fits(all, *set)) continue;
        const auto has_variant = wanted.fits_variants(*set);
        if (!has_variant) {
            ctx.catalog->index_soon(set->files);
            return has_variant.error();
        }
        if (*has_variant) out.of_files.push_back(set);
    }
    for (const auto id : all.extracts()) {
        const auto fits = fits_extract(ctx, request, all, wanted, id);
        // What one extract needs may be out of order, and must not keep the others back.
        if (!fits) {
            warnings.push_back(not_known(id, fits.error()));
        } else if (*fits) {
            out.extracts.push_back(id);
        }
    }
    return out;
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
    auto found = find_sets(ctx, request, *all, wanted, warnings);
    if (!found) return found.error();
    const std::uint64_t of_files = found->of_files.size();
    const std::uint64_t total = of_files + found->extracts.size();
    const auto first = std::min(window->first, total);
    const auto count = static_cast<std::size_t>(std::min(window->size, total - first));
    // What is in an extract is known only while the request is there.
    std::vector<json::value> extracts;
    for (auto at = std::max(first, of_files); at < first + count; ++at) {
        const auto id = found->extracts[at - of_files];
        auto shown = extract_json(ctx, request, *all, id);
        if (!shown) warnings.push_back(not_known(id, shown.error()));
        extracts.push_back(shown ? std::move(*shown) : bare_extract_json(ctx, request, *all, id));
    }
    warn_of_waiting(all->now(), warnings);
    if (total == 0 && wanted.any()) warnings.emplace_back("No variant set fits the filters");
    // The items point into the snapshot.
    const auto show = [all,
                       links = export_links(ctx, request),
                       sets = std::move(found->of_files),
                       extracts = std::move(extracts),
                       first](std::size_t i) -> json::value {
        const auto at = static_cast<std::size_t>(first) + i;
        if (at < sets.size()) return to_json(links, *all, *sets[at]);
        return extracts[first < sets.size() ? at - sets.size() : i];
    };
    return list_response(*window, total, count, make_item(show), warnings);
}

result<json::value> show_one(
    const context& ctx,
    const http::request& request,
    std::string_view id,
    std::vector<std::string>& warnings
) {
    const auto all = relations_now(ctx, request, warnings);
    const auto* set = all->now().find_variant_set(id);
    if (set != nullptr) return json::value(to_json(export_links(ctx, request), *all, *set));
    if (auto there = check_variant_set(ctx, request, id); !there) return there.error();
    return extract_json(ctx, request, *all, id);
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
    if (auto there = check_variant_set(ctx, request, id); !there) return there.error();
    wanted->variant_set_ids = {};
    wanted->variant_set_ids.add({std::string(id)});
    return list_call_sets(ctx, request, *wanted, *page, ignored_parameters(q));
}

}  // namespace

void add_variantset_routes(http::router& routes, const context& ctx) {
    add_id_route(routes, ctx, "/brapi/v2/variantsets/{variantSetDbId}", get_one);
    add_id_route(routes, ctx, "/brapi/v2/variantsets/{variantSetDbId}/callsets", call_sets_of);
    add_metadata_write(
        routes,
        ctx,
        {.pattern = "/brapi/v2/variantsets/{variantSetDbId}",
         .type = entity_type::variant_set,
         .find = [&ctx](
                     const auto& request, std::string_view id
                 ) { return check_variant_set(ctx, request, id); },
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
