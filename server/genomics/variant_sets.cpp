// Variant sets: those that BrAPI shows.
#include "engine/variants/ordinal_index.hpp"
#include "engine/variants/set_view.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/wire.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/serialize.hpp>

#include <map>

namespace callstream::genomics {
namespace json = boost::json;
namespace {

constexpr page_limits pages{1024, 1024};

/// The last position at which a variant of each contig begins, 1-based, so inclusive in 0-based
/// terms as the document wants it; of contigs without variants nothing is said.
json::array reference_bounds(const catalog::variant_set& set) {
    const variants::set_view view(set.files);
    std::map<std::string, std::int64_t> bounds;
    for (std::size_t i = 0; i < set.files.size(); ++i) {
        const auto* index = view.index(i);
        if (index == nullptr) continue;
        for (const auto& contig : index->contigs()) {
            auto& bound = bounds[contig.name];
            bound = std::max(bound, contig.last_pos0 + 1);
        }
    }
    json::array out;
    for (const auto& [name, bound] : bounds) {
        out.push_back(
            {{"referenceName", streaming::valid_utf8(name)}, {"upperBound", int64_text(bound)}}
        );
    }
    return out;
}

json::object to_json(const catalog::variant_set& set) {
    return {
        {"datasetId", set.home->id},
        {"description", ""},
        {"id", set.id},
        {"metadata", json::array()},
        {"name", streaming::valid_utf8(set.name)},
        {"referenceBounds", reference_bounds(set)},
        {"referenceSetId", set.reference_set_id},
    };
}

result<http::response> search(const context& ctx, const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    const auto data_sets = body.text_list("datasetIds");
    if (!data_sets) return data_sets.error();
    const auto page = read_page(body);
    if (!page) return page.error();
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    if (data_sets->size() != 1)
        return error{errc::bad_request, "datasetIds must have exactly one id"};
    const auto now = visible(ctx, request);
    const auto each = [&](auto visit) {
        for (const auto* set : now->variant_sets()) {
            if (set->home->id != data_sets->front()) continue;
            if (!visit(set->id, [&] { return to_json(*set); })) return;
        }
    };
    const list_tokens tokens(*ctx.key, "variantsets " + data_sets->front());
    auto found = list_page(tokens, *page, pages, "variantSets", each);
    if (!found) return found.error();
    return answer(request, std::move(*found));
}

result<http::response> get_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto now = visible(ctx, request);
    const auto* set = now->find_variant_set(id);
    if (set == nullptr) return error{errc::not_found, "there is no variant set with this id"};
    return answer(request, to_json(*set));
}

}  // namespace

void add_variant_set_routes(http::router& routes, const context& ctx) {
    using http::verb;
    routes.add(route_of(verb::post, "/v1/variantsets/search", ctx, search));
    routes.add(route_of(verb::get, "/v1/variantsets/{variantSetId}", ctx, get_one));
}

}  // namespace callstream::genomics
