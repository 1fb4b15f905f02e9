// GET /markerpositions, POST /search/markerpositions: where the markers of the maps are. Pages come
// from indexes and site tables, wherever they begin: no record is read.
#include "engine/catalog/contig_finder.hpp"
#include "engine/catalog/variant_id.hpp"
#include "engine/variants/site_list.hpp"
#include "server/brapi/criterion.hpp"
#include "server/brapi/entity_json.hpp"
#include "server/brapi/filtered_list.hpp"
#include "server/brapi/relations.hpp"
#include "server/brapi/routes.hpp"
#include "server/brapi/variant_namer.hpp"
#include "server/streaming/json_text.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

namespace callstream::brapi {
using catalog::contig_finder;
namespace json = boost::json;
namespace {

/// All criteria must fit.
struct marker_filter {
    criterion linkage_group_names;
    criterion map_ids;
    criterion variant_ids;
    std::optional<std::int64_t> min_position;  ///< 1-based
    std::optional<std::int64_t> max_position;  ///< inclusive

    bool asks_for_places() const;
    bool any() const;
    /// The search body that means this filter, in one spelling per meaning.
    json::object to_body() const;
};

using mf = marker_filter;
constexpr std::array<filter_name<mf>, 3> names = {{
    {"linkageGroupName", &mf::linkage_group_names},
    {"mapDbId", &mf::map_ids},
    {"variantDbId", &mf::variant_ids},
}};

bool marker_filter::asks_for_places() const {
    return linkage_group_names.wanted() || min_position || max_position;
}

bool marker_filter::any() const {
    return any_wanted<mf>(*this, names) || asks_for_places();
}

json::object marker_filter::to_body() const {
    json::object body = filter_body<mf>(*this, names);
    if (min_position) body.emplace("minPosition", *min_position);
    if (max_position) body.emplace("maxPosition", *max_position);
    return body;
}

template <class From>
result<marker_filter> read_marker_filter(From& from) {
    auto out = read_filter<mf>(from, names);
    if (!out) return out;
    for (const auto& [name, where] :
         {std::pair("minPosition", &out->min_position),
          std::pair("maxPosition", &out->max_position)}) {
        const auto value = from.integer(name);
        if (!value) return value.error();
        if (*value && **value < 0) {
            return error{errc::bad_request, std::string(name) + " must not be negative"};
        }
        *where = *value;
    }
    if (out->min_position && out->max_position && *out->min_position > *out->max_position) {
        return error{errc::bad_request, "minPosition must not be greater than maxPosition"};
    }
    return out;
}

/// Where markers may start; nowhere when the set has none of the linkage groups.
std::vector<variants::region> places_of(const marker_filter& wanted, contig_finder contigs) {
    variants::region place;
    place.must_start = true;
    place.begin0 = wanted.min_position.value_or(0) - 1;  // POS 0 is a place, too
    place.end0 = wanted.max_position.value_or(place.end0);
    if (!wanted.linkage_group_names.wanted()) return {place};
    std::vector<variants::region> out;
    for (const auto& name : wanted.linkage_group_names.texts()) {
        place.contig = contigs.find(name);
        if (place.contig) out.push_back(place);
    }
    return out;
}

/// The markers of one map.
struct chosen_map {
    const catalog::variant_set* set = nullptr;
    std::uint64_t first = 0;  ///< number of its first marker among those of all maps
    variants::site_list markers;
};

/// What a filter chooses in the catalog of a moment. Immutable.
struct chosen_markers {
    std::shared_ptr<const relations> all;  ///< the maps point into its snapshot
    std::vector<chosen_map> maps;          ///< those that have markers, in the order of the catalog
    std::uint64_t total = 0;

    /// The map that has a marker; `number` must be below `total`.
    const chosen_map& map_with(std::uint64_t number) const {
        const auto behind = std::partition_point(maps.begin(), maps.end(), [&](const auto& m) {
            return m.first <= number;
        });
        return *(behind - 1);
    }
};

result<variants::site_list> choose_of_set(
    const marker_filter& wanted,
    const catalog::variant_set& set,
    std::vector<variants::numbered_place> named
) {
    const variants::set_view view(set.files);
    variants::variant_criteria criteria;
    if (wanted.variant_ids.wanted()) criteria.named.push_back({.places = std::move(named)});
    if (wanted.asks_for_places()) {
        criteria.regions.push_back(places_of(wanted, contig_finder(set, view)));
    }
    if (!criteria.any()) return variants::site_list::of(view);
    auto selected = variants::select_variants(view, criteria);
    if (!selected) return selected.error();
    return variants::site_list::of(
        view, std::make_shared<const variants::selection>(std::move(*selected))
    );
}

result<chosen_markers> choose_markers(
    const context& ctx, const marker_filter& wanted, std::shared_ptr<const relations> all
) {
    chosen_markers out{std::move(all), {}, 0};
    for (const auto* set : out.all->now().variant_sets()) {
        if (!wanted.map_ids.fits(set->id)) continue;
        auto named = catalog::places_of_variant_ids(wanted.variant_ids.texts(), set->id);
        if (wanted.variant_ids.wanted() && named.empty()) continue;
        auto markers = choose_of_set(wanted, *set, std::move(named));
        if (!markers) {
            if (markers.error().code == errc::unavailable) ctx.catalog->index_soon(set->files);
            return markers.error();
        }
        const auto count = markers->size();
        if (count > 0) out.maps.push_back({set, out.total, std::move(*markers)});
        out.total += count;
    }
    return out;
}

/// Writes markers as JSON, best one after the other.
class marker_writer {
 public:
    explicit marker_writer(std::shared_ptr<const chosen_markers> chosen)
        : chosen_(std::move(chosen)) {}

    /// `number` must be below the total.
    void write(text_buffer& out, std::uint64_t number) {
        const auto& map = chosen_->map_with(number);
        const auto site = map.markers[number - map.first];
        if (&map != map_ || site.contig != contig_) enter(map, site.contig);
        out.append(before_position_);
        append_integer(out, site.pos0 + 1);
        out.append(",\"variantDbId\":\"");
        namer_->append_id(out, site.pos0, site.duplicate);
        out.append("\",\"variantName\":\"");
        namer_->append_name(out, map.markers.name(number - map.first), site.pos0);
        out.append("\"}");
    }

 private:
    void enter(const chosen_map& map, std::string_view contig) {
        if (&map != map_) namer_.emplace(map.set->id);
        map_ = &map;
        contig_ = contig;
        namer_->enter_contig(contig);
        before_position_ =
            "{\"additionalInfo\":{},\"linkageGroupName\":" + streaming::json_quoted(contig) +
            ",\"mapDbId\":" + streaming::json_quoted(map.set->id) +
            ",\"mapName\":" + streaming::json_quoted(map.set->name) + ",\"position\":";
    }

    std::shared_ptr<const chosen_markers> chosen_;
    const chosen_map* map_ = nullptr;
    std::string_view contig_;
    std::optional<variant_namer> namer_;
    std::string before_position_;
};

result<http::response> list_markers(
    const context& ctx,
    const http::request& request,
    const marker_filter& wanted,
    const list_page& page,
    std::vector<std::string> warnings
) {
    const auto window = plan_list(page, warnings);
    if (!window) return window.error();
    auto all = relations_now(ctx, request, warnings);
    warn_of_waiting(all->now(), warnings);
    auto chosen = choose_markers(ctx, wanted, std::move(all));
    if (!chosen) return chosen.error();
    const auto total = chosen->total;
    if (total == 0 && wanted.any()) warnings.emplace_back("No marker fits the filters");
    const auto first = std::min(window->first, total);
    const auto count = static_cast<std::size_t>(std::min(window->size, total - first));
    const auto writer =
        std::make_shared<marker_writer>(std::make_shared<const chosen_markers>(std::move(*chosen)));
    const auto write = [writer, first](text_buffer& out, std::size_t i) {
        writer->write(out, first + i);
    };
    return list_response(*window, total, count, write_item(write), warnings);
}

}  // namespace

void add_marker_position_routes(http::router& routes, const context& ctx) {
    add_filtered_list(
        routes,
        ctx,
        "markerpositions",
        [](auto& from) { return read_marker_filter(from); },
        [&ctx](const auto& request, const auto& wanted, const list_page& page, auto warnings) {
            return list_markers(ctx, request, wanted, page, std::move(warnings));
        }
    );
}

}  // namespace callstream::brapi
