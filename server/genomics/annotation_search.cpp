// Annotations of a region, or of whole sets, in the order of the reference.
#include "engine/core/parse.hpp"
#include "server/genomics/annotation_access.hpp"
#include "server/genomics/json_pieces.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/wire.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace callstream::genomics {
namespace json = boost::json;
namespace {

constexpr page_limits pages{256, 2048};
/// Each costs a walk per length class.
constexpr std::size_t sets_max = 100;

using store::annotation_place;
using texts = std::vector<std::string>;

error refuse(std::string why) {
    return {errc::bad_request, std::move(why)};
}

struct search_request {
    texts set_ids;  ///< each once
    std::optional<store::annotation_region> region;
    page_request page;
    std::string query;  ///< canonical
};

result<texts> read_set_ids(http::json_fields& body) {
    const auto all = body.text_list("annotationSetIds");
    if (!all) return all.error();
    if (all->empty()) return refuse("annotationSetIds is required");
    texts once;
    for (const auto& id : *all) {
        if (std::find(once.begin(), once.end(), id) == once.end()) once.push_back(id);
        if (once.size() > sets_max) return refuse("annotationSetIds has at most 100 ids");
    }
    return once;
}

/// As for every int64 of proto3, 0 is the same as absent; the end of the reference is where nothing
/// begins any more.
result<std::optional<store::annotation_region>> read_region(http::json_fields& body) {
    store::annotation_region region;
    auto id = body.text("referenceId");
    if (!id) return id.error();
    region.reference_id = std::move(*id).value_or("");
    auto name = body.text("referenceName");
    if (!name) return name.error();
    region.reference_name = std::move(*name).value_or("");
    const auto start = body.integer("start");
    if (!start) return start.error();
    const auto end = body.integer("end");
    if (!end) return end.error();
    const bool has_id = !region.reference_id.empty();
    const bool has_name = !region.reference_name.empty();
    if (has_id && has_name) return refuse("give referenceId or referenceName, not both");
    region.start = start->value_or(0);
    if (end->value_or(0) != 0) region.end = **end;
    if (region.start < 0 || end->value_or(0) < 0)
        return refuse("start and end must not be negative");
    if (region.start >= region.end) return refuse("start must be before end");
    if (has_id || has_name) return std::optional(std::move(region));
    if (region.start != 0 || end->value_or(0) != 0)
        return refuse("start and end need referenceId or referenceName");
    return std::optional<store::annotation_region>();
}

result<search_request> read_search(const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    auto ids = read_set_ids(body);
    if (!ids) return ids.error();
    auto region = read_region(body);
    if (!region) return region.error();
    auto page = read_page(body);
    if (!page) return page.error();
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    search_request out{std::move(*ids), std::move(*region), std::move(*page), {}};
    json::array query{"annotations", json::array(out.set_ids.begin(), out.set_ids.end())};
    if (out.region) {
        const auto& r = *out.region;
        query.insert(query.end(), {r.reference_id, r.reference_name, r.start, r.end});
    }
    out.query = json::serialize(query);
    return out;
}

/// In the order of `ids`, all of one type.
result<std::vector<store::annotation_set>> find_sets(
    const context& ctx, const catalog::snapshot& now, const texts& ids
) {
    std::vector<store::annotation_set> out;
    for (const auto& id : ids) {
        auto set = find_annotation_set(ctx, now, id);
        if (!set) return set.error();
        out.push_back(std::move(*set));
        if (out.back().type != out.front().type)
            return refuse("all annotation sets of a search must have the same type");
    }
    return out;
}

/// An id that nothing has is a mistake, while a name may just be of no set.
result<void> check_reference(
    const context& ctx, const catalog::snapshot& now, const store::annotation_query& wanted
) {
    if (!wanted.region || wanted.region->reference_id.empty()) return {};
    const auto& id = wanted.region->reference_id;
    const auto known = ctx.store->annotations().knows_reference(wanted.sets, id);
    if (!known) return known.error();
    if (*known) return {};
    const auto found = catalog::find_reference(now, id);
    if (!found) return found.error();
    return {};
}

std::string place_text(const annotation_place& place) {
    return std::to_string(place.rank) + " " + std::to_string(place.start) + " " +
           std::to_string(place.number);
}

/// Of a text that this server made.
annotation_place place_of(std::string_view text) {
    annotation_place out;
    for (auto* value : {&out.rank, &out.start, &out.number}) {
        const auto end = std::min(text.find(' '), text.size());
        *value = parse_integer<std::int64_t>(text.substr(0, end)).value_or(0);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

result<http::response> search(const context& ctx, const http::request& request) {
    const auto asked = read_search(request);
    if (!asked) return asked.error();
    const auto size = page_size(asked->page.size, pages.usual, pages.most);
    if (!size) return size.error();
    const list_tokens tokens(*ctx.key, asked->query);
    const auto place = tokens.read(asked->page.token);
    if (!place) return place.error();
    const auto now = visible(ctx, request);
    const auto sets = find_sets(ctx, *now, asked->set_ids);
    if (!sets) return sets.error();
    store::annotation_query wanted;
    for (const auto& set : *sets) wanted.sets.push_back(set.number);
    wanted.region = asked->region;
    if (*place) wanted.after = place_of(**place);
    if (auto fine = check_reference(ctx, *now, wanted); !fine) return fine.error();
    const auto found = ctx.store->annotations().search(wanted, *size);
    if (!found) return found.error();
    texts all;
    for (const auto& a : found->annotations) {
        const auto set = std::find_if(sets->begin(), sets->end(), [&](const auto& one) {
            return one.number == a.set;
        });
        all.push_back(annotation_text(*set, a));
    }
    const bool more = found->more && !all.empty();
    const auto next =
        more ? tokens.issue(place_text(found->annotations.back().place)) : std::string();
    return answer_list(request, "annotations", all, {{"nextPageToken", next}});
}

}  // namespace

void add_annotation_search_route(http::router& routes, const context& ctx) {
    routes.add(route_of(http::verb::post, "/v1/annotations/search", ctx, search));
}

}  // namespace callstream::genomics
