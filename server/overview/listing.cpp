// GET /overview: what there is to look at, and which files it comes from.
#include "server/files/served_files.hpp"
#include "server/overview/routes.hpp"
#include "server/overview/subject.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <filesystem>
#include <set>
#include <utility>

namespace callstream::overview {
namespace json = boost::json;
namespace {

std::string shown(const std::string& text) {
    return streaming::valid_utf8(text);
}

/// What `/files` has, by data set and name.
class file_names {
 public:
    file_names(const catalog::snapshot& now, const std::filesystem::path& index_folder) {
        for (auto& file : files::all_files(now, index_folder)) {
            served_.emplace(std::move(file.data_set), std::move(file.name));
        }
    }

    /// Null for a file that cannot be had, or not by a name that JSON can say.
    json::value name_of(const catalog::data_set& home, const std::string& relative) const {
        auto name = std::filesystem::path(relative).filename().string();
        if (!has(home, name) || shown(name) != name) return nullptr;
        return json::string(name);
    }

    /// The ending of the index that belongs to a file, of variants, annotations or reads; null for
    /// null, and where there is none of the name of the file.
    json::value index_of(const catalog::data_set& home, const json::value& name) const {
        if (name.is_null()) return nullptr;
        for (const auto* ending : {".csi", ".tbi", ".bai", ".crai"}) {
            if (has(home, std::string(name.as_string()) + ending)) return json::string(ending);
        }
        return nullptr;
    }

 private:
    bool has(const catalog::data_set& home, const std::string& name) const {
        return served_.contains({home.id, name});
    }

    std::set<std::pair<std::string, std::string>> served_;
};

json::object variant_set(const catalog::variant_set& set, const file_names& served) {
    const variants::set_view view(set.files);
    json::array files;
    json::array indexes;
    for (const auto& relative : set.relative) {
        auto name = served.name_of(*set.home, relative);
        if (name.is_null()) continue;
        indexes.push_back(served.index_of(*set.home, name));
        files.push_back(std::move(name));
    }
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
        {"fileCount", set.files.size()},
        {"files", std::move(files)},
        {"indexes", std::move(indexes)},
        {"referenceSetDbId", nullptr}};
    if (const auto count = view.record_count()) out["variantCount"] = *count;
    if (!set.reference_set_id.empty()) out["referenceSetDbId"] = set.reference_set_id;
    return out;
}

json::object reference_set(const catalog::reference_set& set, const file_names& served) {
    return {
        {"referenceSetDbId", set.id},
        {"name", shown(set.name)},
        {"dataSet", set.home->id},
        {"file", served.name_of(*set.home, set.relative)}};
}

json::object read_group_set(const catalog::read_group_set& set, const file_names& served) {
    const auto name = served.name_of(*set.home, set.relative);
    return {
        {"readGroupSetId", set.id},
        {"name", shown(set.name)},
        {"dataSet", set.home->id},
        {"file", name},
        {"index", served.index_of(*set.home, name)}};
}

json::object track(const catalog::track& t, const file_names& served) {
    const auto name = served.name_of(*t.home, t.relative);
    return {
        {"trackId", t.id},
        {"name", shown(t.name)},
        {"format", t.format},
        {"dataSet", t.home->id},
        {"file", name},
        {"index", served.index_of(*t.home, name)}};
}

result<http::response> answer(const context& ctx, const http::request& request) {
    http::query q(request);
    if (auto known = refuse_unknown(q); !known) return known.error();
    const auto now = visible(ctx, request);
    const file_names served(*now, ctx.index_folder);
    json::array sets;
    for (const auto* set : now->variant_sets()) sets.push_back(variant_set(*set, served));
    json::array references;
    for (const auto& set : now->reference_sets()) references.push_back(reference_set(set, served));
    json::array reads;
    for (const auto& set : now->read_group_sets()) reads.push_back(read_group_set(set, served));
    json::array tracks;
    for (const auto& each : now->tracks()) tracks.push_back(track(each, served));
    http::response r;
    r.body = json::serialize(json::object{
        {"variantSets", std::move(sets)},
        {"referenceSets", std::move(references)},
        {"readGroupSets", std::move(reads)},
        {"tracks", std::move(tracks)}});
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
