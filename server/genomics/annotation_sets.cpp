// Annotation sets: kept in the store, each in a data set.
#include "engine/core/parse.hpp"
#include "engine/core/uuid.hpp"
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

constexpr page_limits pages{128, 1024};
/// A page is in memory as a whole.
constexpr std::size_t set_bytes_max = 1 << 20;

result<void> check_size(const annotation_set_facts& facts) {
    if (facts.name.size() + facts.source_uri.size() + facts.info.size() <= set_bytes_max) return {};
    return error{errc::bad_request, "an annotation set has at most 1 MiB"};
}

result<annotation_set_facts> read_facts(const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    auto facts = read_annotation_set(*object);
    if (!facts) return facts;
    if (auto fine = check_size(*facts); !fine) return fine.error();
    return facts;
}

result<void> check_places(const catalog::snapshot& now, const annotation_set_facts& facts) {
    if (facts.data_set_id.empty()) return error{errc::bad_request, "datasetId is required"};
    if (facts.reference_set_id.empty())
        return error{errc::bad_request, "referenceSetId is required"};
    if (!now.has_data_set(facts.data_set_id)) {
        return error{
            errc::not_found,
            "there is no data set with the id '" + http::shown_name(facts.data_set_id) + "'"};
    }
    if (now.find_reference_set(facts.reference_set_id) == nullptr) {
        return error{
            errc::not_found,
            "there is no reference set with the id '" + http::shown_name(facts.reference_set_id) +
                "'"};
    }
    return {};
}

result<http::response> create(const context& ctx, const http::request& request) {
    auto facts = read_facts(request);
    if (!facts) return facts.error();
    if (auto fine = check_places(*visible(ctx, request), *facts); !fine) return fine.error();
    const store::annotation_set set{
        new_uuid(),
        std::move(facts->data_set_id),
        std::move(facts->reference_set_id),
        std::move(facts->name),
        std::move(facts->source_uri),
        facts->type.empty() ? "GENERIC" : std::move(facts->type),
        std::move(facts->info)};
    if (auto done = ctx.store->annotations().create(set); !done) return done.error();
    return answer(request, to_json(set));
}

result<http::response> get_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto set = find_annotation_set(ctx, *visible(ctx, request), id);
    if (!set) return set.error();
    return answer(request, to_json(*set));
}

result<http::response> update(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto fields = read_mask(request, {"name", "sourceUri", "info"});
    if (!fields) return fields.error();
    const auto facts = read_facts(request);
    if (!facts) return facts.error();
    if (auto found = find_annotation_set(ctx, *visible(ctx, request), id); !found)
        return found.error();
    store::annotation_set_changes changes;
    for (const auto& field : *fields) {
        if (field == "name") changes.name = facts->name;
        if (field == "sourceUri") changes.source_uri = facts->source_uri;
        if (field == "info") changes.info = facts->info;
    }
    const auto set = ctx.store->annotations().change_set(id, changes);
    if (!set) return set.error();
    if (!*set) return error{errc::not_found, "the annotation set was removed meanwhile"};
    return answer(request, to_json(**set));
}

result<http::response> remove(
    const context& ctx, const http::request& request, std::string_view id
) {
    if (auto found = find_annotation_set(ctx, *visible(ctx, request), id); !found)
        return found.error();
    const auto removed = ctx.store->annotations().remove_set(id);
    if (!removed) return removed.error();
    if (!*removed) return error{errc::not_found, "the annotation set was removed meanwhile"};
    return answer(request, {});
}

struct search_request {
    store::annotation_set_query wanted;
    page_request page;
    std::string query;  ///< canonical
};

result<search_request> read_search(const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    search_request out;
    auto data_sets = body.text_list("datasetIds");
    if (!data_sets) return data_sets.error();
    out.wanted.data_sets = std::move(*data_sets);
    auto reference_set = body.text("referenceSetId");
    if (!reference_set) return reference_set.error();
    out.wanted.reference_set = std::move(*reference_set).value_or("");
    auto name = body.text("name");
    if (!name) return name.error();
    out.wanted.name = std::move(*name).value_or("");
    auto types = read_annotation_types(body);
    if (!types) return types.error();
    out.wanted.types = std::move(*types);
    auto page = read_page(body);
    if (!page) return page.error();
    out.page = std::move(*page);
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    const auto& w = out.wanted;
    out.query = json::serialize(json::array{
        "annotationsets",
        json::array(w.data_sets.begin(), w.data_sets.end()),
        w.reference_set,
        w.name,
        json::array(w.types.begin(), w.types.end())});
    return out;
}

result<http::response> search(const context& ctx, const http::request& request) {
    const auto asked = read_search(request);
    if (!asked) return asked.error();
    const auto& wanted = asked->wanted;
    if (wanted.data_sets.empty()) return error{errc::bad_request, "datasetIds is required"};
    const auto now = visible(ctx, request);
    for (const auto& id : wanted.data_sets) {
        if (now->has_data_set(id)) continue;
        return error{
            errc::not_found, "there is no data set with the id '" + http::shown_name(id) + "'"};
    }
    const list_tokens tokens(*ctx.key, asked->query);
    const auto place = tokens.read(asked->page.token);
    if (!place) return place.error();
    const auto size = page_size(asked->page.size, pages.usual, pages.most);
    if (!size) return size.error();
    const auto after = parse_integer<std::int64_t>(place->value_or("0"));
    const auto found = ctx.store->annotations().select_sets(wanted, after.value_or(0), *size);
    if (!found) return found.error();
    std::vector<std::string> sets;
    for (const auto& set : found->sets) sets.push_back(json::serialize(to_json(set)));
    const bool more = found->more && !found->sets.empty();
    const auto next =
        more ? tokens.issue(std::to_string(found->sets.back().number)) : std::string();
    return answer_list(request, "annotationSets", sets, {{"nextPageToken", next}});
}

}  // namespace

void add_annotation_set_routes(http::router& routes, const context& ctx) {
    using http::verb;
    const std::string one = "/v1/annotationsets/{annotationSetId}";
    routes.add(writing_route(verb::post, "/v1/annotationsets", ctx, create));
    routes.add(route_of(verb::post, "/v1/annotationsets/search", ctx, search));
    routes.add(route_of(verb::get, one, ctx, get_one));
    routes.add(writing_route(verb::put, one, ctx, update));
    routes.add(writing_route(verb::delete_, one, ctx, remove));
}

}  // namespace callstream::genomics
