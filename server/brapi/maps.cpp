// GET /maps, /maps/{mapDbId} and /linkagegroups of it. A variant set is a physical map: its contigs
// are the linkage groups, its records the markers.
#include "engine/variants/set_view.hpp"
#include "server/brapi/entity_json.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/id_route.hpp"
#include "server/brapi/listing.hpp"
#include "server/brapi/routes.hpp"
#include "server/brapi/variantset_filter.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <array>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

constexpr std::string_view map_type = "Physical";
constexpr std::string_view unnamed_crop = "unknown";  // a map must have one

struct map_filter {
    criterion common_crop_names;
    criterion map_ids;
    criterion map_puis;
    criterion program_ids;
    criterion scientific_names;
    criterion study_ids;
    criterion trial_ids;
    criterion types;
};

using mf = map_filter;
constexpr std::array<filter_name<mf>, 8> names = {{
    {"commonCropName", &mf::common_crop_names},
    {"mapDbId", &mf::map_ids},
    {"mapPUI", &mf::map_puis},
    {"programDbId", &mf::program_ids},
    {"scientificName", &mf::scientific_names},
    {"studyDbId", &mf::study_ids},
    {"trialDbId", &mf::trial_ids},
    {"type", &mf::types},
}};

std::string_view crop_of(const relations& all, const catalog::variant_set& set) {
    link l;
    l.home = set.home.get();
    const auto named = all.crop(entity_type::study, l);
    return named.empty() ? unnamed_crop : named;
}

/// The document spells it with a capital letter, not every client does.
bool is_physical(std::string_view type) {
    return std::equal(
        type.begin(),
        type.end(),
        map_type.begin(),
        map_type.end(),
        [](char a, char b) { return (a | 0x20) == (b | 0x20); }
    );
}

/// No map has a PUI or a scientific name, and all are of one type.
bool any_fits(const map_filter& wanted) {
    const auto& types = wanted.types.texts();
    return !wanted.map_puis.wanted() && !wanted.scientific_names.wanted() &&
           (types.empty() || std::any_of(types.begin(), types.end(), is_physical));
}

/// The criteria that mean the same for variant sets.
variantset_filter of_sets(const map_filter& wanted) {
    variantset_filter out;
    out.program_ids = wanted.program_ids;
    out.study_ids = wanted.study_ids;
    out.trial_ids = wanted.trial_ids;
    out.variant_set_ids = wanted.map_ids;
    return out;
}

template <class Count>
json::value known_or_null(const std::optional<Count>& count) {
    return count ? json::value(*count) : json::value(nullptr);
}

json::object to_json(const relations& all, const catalog::variant_set& set) {
    const variants::set_view view(set.files);
    std::optional<std::uint64_t> groups;
    if (const auto contigs = view.contigs()) groups = contigs->size();
    return {
        {"additionalInfo", json::object()},
        {"comments", nullptr},
        {"commonCropName", streaming::valid_utf8(crop_of(all, set))},
        {"documentationURL", nullptr},
        {"linkageGroupCount", known_or_null(groups)},
        {"mapDbId", set.id},
        {"mapName", streaming::valid_utf8(set.name)},
        {"mapPUI", nullptr},
        {"markerCount", known_or_null(view.record_count())},
        {"publishedDate", set.created},
        {"scientificName", nullptr},
        {"type", map_type},
        {"unit", "bp"},
    };
}

json::object to_json(const variants::indexed_contig& contig) {
    return {
        {"additionalInfo", json::object()},
        {"linkageGroupName", streaming::valid_utf8(contig.name)},
        {"markerCount", contig.records},
        {"maxPosition", contig.last_pos0 + 1},
    };
}

error no_map() {
    return {errc::not_found, "there is no map with this mapDbId"};
}

result<http::response> list_maps(const context& ctx, const http::request& request) {
    http::query q(request);
    const auto wanted = read_filter<mf>(q, names);
    if (!wanted) return wanted.error();
    const auto page = read_list_page(q);
    if (!page) return page.error();
    auto warnings = ignored_parameters(q);
    const auto window = plan_list(*page, warnings);
    if (!window) return window.error();
    const auto all = relations_now(ctx, request, warnings);
    const auto sets = of_sets(*wanted);
    std::vector<const catalog::variant_set*> found;
    for (const auto* set : all->now().variant_sets()) {
        const bool fits = any_fits(*wanted) && sets.fits(*all, *set) &&
                          wanted->common_crop_names.fits(crop_of(*all, *set));
        if (fits) found.push_back(set);
    }
    warn_of_waiting(all->now(), warnings);
    if (found.empty() && any_wanted<mf>(*wanted, names)) {
        warnings.emplace_back("No map fits the filters");
    }
    // The items point into the snapshot.
    const auto show = [all](const catalog::variant_set* set) { return to_json(*all, *set); };
    return list_response(*window, std::move(found), show, warnings);
}

result<http::response> get_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    auto warnings = ignored_parameters(http::query(request));
    const auto all = relations_now(ctx, request, warnings);
    const auto* set = all->now().find_variant_set(id);
    if (set == nullptr) return no_map();
    return single(to_json(*all, *set), warnings);
}

result<http::response> linkage_groups(
    const context& ctx, const http::request& request, std::string_view id
) {
    http::query q(request);
    const auto page = read_list_page(q);
    if (!page) return page.error();
    auto warnings = ignored_parameters(q);
    const auto window = plan_list(*page, warnings);
    if (!window) return window.error();
    const auto now = visible(ctx, request);
    const auto* set = now->find_variant_set(id);
    if (set == nullptr) return no_map();
    auto contigs = variants::set_view(set->files).contigs();
    if (!contigs) {
        ctx.catalog->index_soon(set->files);
        return error{
            errc::unavailable,
            "the file is being indexed; until then its linkage groups are not known"};
    }
    const auto show = [](const variants::indexed_contig& contig) { return to_json(contig); };
    return list_response(*window, std::move(*contigs), show, warnings);
}

}  // namespace

void add_map_routes(http::router& routes, const context& ctx) {
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/maps",
        .blocking = true,
        .handle = [&ctx](const auto& request, const auto&) { return list_maps(ctx, request); },
    });
    add_id_route(routes, ctx, "/brapi/v2/maps/{mapDbId}", get_one);
    add_id_route(routes, ctx, "/brapi/v2/maps/{mapDbId}/linkagegroups", linkage_groups);
}

}  // namespace callstream::brapi
