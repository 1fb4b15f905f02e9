// GET /overview: what there is to look at, and which files it comes from.
#include "server/overview/routes.hpp"
#include "server/overview/subject.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <filesystem>

namespace callstream::overview {
namespace json = boost::json;
namespace {

std::string shown(const std::string& text) {
    return streaming::valid_utf8(text);
}

/// Without its folder, which is the operator's affair.
std::string file_name(const std::string& relative) {
    return shown(std::filesystem::path(relative).filename().string());
}

json::object variant_set(const catalog::variant_set& set) {
    const variants::set_view view(set.files);
    json::array files;
    for (const auto& relative : set.relative) files.push_back(json::string(file_name(relative)));
    bool columns = true;
    for (const auto& file : set.files) columns = columns && file->columns() != nullptr;
    json::object out{
        {"variantSetDbId", set.id},
        {"variantSetName", shown(set.name)},
        {"dataSet", set.home->id},
        {"dataSetName", shown(set.home->name)},
        {"callSetCount", set.call_set_count()},
        {"variantCount", nullptr},
        {"indexed", view.indexed_records().has_value()},
        {"columns", columns},
        {"files", std::move(files)},
        {"referenceSetDbId", nullptr}};
    if (const auto count = view.record_count()) out["variantCount"] = *count;
    if (!set.reference_set_id.empty()) out["referenceSetDbId"] = set.reference_set_id;
    return out;
}

json::object reference_set(const catalog::reference_set& set) {
    return {
        {"referenceSetDbId", set.id},
        {"name", shown(set.name)},
        {"dataSet", set.home->id},
        {"file", file_name(set.relative)}};
}

json::object read_group_set(const catalog::read_group_set& set) {
    return {
        {"readGroupSetId", set.id},
        {"name", shown(set.name)},
        {"dataSet", set.home->id},
        {"file", file_name(set.relative)}};
}

result<http::response> answer(const context& ctx, const http::request& request) {
    http::query q(request);
    if (auto known = refuse_unknown(q); !known) return known.error();
    const auto now = visible(ctx, request);
    json::array sets;
    for (const auto* set : now->variant_sets()) sets.push_back(variant_set(*set));
    json::array references;
    for (const auto& set : now->reference_sets()) references.push_back(reference_set(set));
    json::array reads;
    for (const auto& set : now->read_group_sets()) reads.push_back(read_group_set(set));
    http::response r;
    r.body = json::serialize(json::object{
        {"variantSets", std::move(sets)},
        {"referenceSets", std::move(references)},
        {"readGroupSets", std::move(reads)}});
    r.body += '\n';
    return r;
}

}  // namespace

void add_listing_route(http::router& routes, const context& ctx) {
    routes.add({
        .method = http::verb::get,
        .pattern = "/overview",
        .blocking = true,
        .handle = [&ctx](const auto& request, const auto&) { return answer(ctx, request); },
    });
}

void add_routes(http::router& routes, const context& ctx) {
    add_listing_route(routes, ctx);
    add_bins_route(routes, ctx);
    add_tile_route(routes, ctx);
}

}  // namespace callstream::overview
