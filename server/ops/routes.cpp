#include "server/ops/routes.hpp"

#include "server/streaming/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace callstream::ops {
namespace json = boost::json;
namespace {

/// Ready as soon as the folder was scanned: files are served while others are still being indexed,
/// and without the side store too.
/// Names of files and counts are for those who may see all of it.
http::response ready(
    const catalog::catalog_service& catalog, const store::side_store& store, bool in_detail
) {
    http::response r;
    if (!in_detail) {
        r.body = "{\"status\":\"ready\"}\n";
        return r;
    }
    const auto now = catalog.current();
    std::uint64_t call_sets = 0;
    const auto sets = now->variant_sets();
    for (const auto* set : sets) call_sets += set->call_set_count();
    json::array problems;
    for (const auto& p : now->problems()) {
        problems.push_back(
            {{"file", streaming::valid_utf8(p.relative)},
             {"problem", streaming::valid_utf8(p.text)}}
        );
    }
    const auto indexing = catalog.indexing();
    r.body = json::serialize(json::object{
        {"status", "ready"},
        {"variantSets", sets.size()},
        {"callSets", call_sets},
        {"referenceSets", now->reference_sets().size()},
        {"readGroupSets", now->read_group_sets().size()},
        {"tracks", now->tracks().size()},
        {"indexing", {{"files", indexing.waiting}, {"bytesLeft", indexing.bytes_left}}},
        {"sideStore", store.usable() ? "ok" : "cannot be used"},
        {"problems", std::move(problems)},
    });
    r.body += '\n';
    return r;
}

http::response text(std::string body, std::string type) {
    http::response r;
    r.content_type = std::move(type);
    r.body = std::move(body);
    return r;
}

}  // namespace

void add_routes(
    http::router& routes,
    const catalog::catalog_service& catalog,
    const store::side_store& store,
    const http::metrics& numbers,
    std::function<std::string()> more_numbers
) {
    const std::string json_type = "application/json";
    const std::string metrics_type = "text/plain; version=0.0.4; charset=utf-8";
    const auto add =
        [&routes](std::string pattern, auth::scope scope, std::string type, auto make) {
            routes.add({
                .method = http::verb::get,
                .pattern = std::move(pattern),
                .scope = scope,
                .beyond_data_sets = true,
                .handle = [make](const auto& request, const auto&) -> result<http::response> {
                    return make(request);
                },
                .content_types = {std::move(type)},
            });
        };
    using auth::scope;
    add("/health", scope::open, json_type, [json_type](const auto&) {
        return text("{\"status\":\"ok\"}\n", json_type);
    });
    add("/ready", scope::open, json_type, [&catalog, &store](const http::request& request) {
        return ready(catalog, store, request.may->most >= scope::read);
    });
    add("/metrics", scope::read, metrics_type, [&numbers, more_numbers, metrics_type](const auto&) {
        const std::string more = more_numbers ? more_numbers() : std::string();
        return text(numbers.text() + more, metrics_type);
    });
}

}  // namespace callstream::ops
