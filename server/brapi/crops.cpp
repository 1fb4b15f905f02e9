// GET /commoncropnames: the crops that data sets name, in the order of their paths, then those that
// clients wrote.
#include "server/brapi/envelope.hpp"
#include "server/brapi/listing.hpp"
#include "server/brapi/relations.hpp"
#include "server/brapi/routes.hpp"
#include "server/streaming/json_text.hpp"

#include <algorithm>

namespace callstream::brapi {
namespace {

result<http::response> list(const context& ctx, const http::request& request) {
    http::query q(request);
    const auto page = read_list_page(q);
    if (!page) return page.error();
    auto warnings = ignored_parameters(q);
    const auto window = plan_list(*page, warnings);
    if (!window) return window.error();
    const auto all = relations_now(ctx, request, warnings);
    std::vector<std::string> crops;
    const auto add = [&](std::string_view crop) {
        const bool is_new = std::find(crops.begin(), crops.end(), crop) == crops.end();
        if (is_new && !crop.empty()) crops.emplace_back(crop);
        return true;
    };
    all->for_each_data_set([&](const link& l) { return add(l.home->crop); });
    for (const auto type :
         {entity_type::program, entity_type::trial, entity_type::study, entity_type::germplasm}) {
        all->for_each_wrote(type, [&](const written& one) { add(one.crop.value_or("")); });
    }
    return list_response(*window, std::move(crops), streaming::valid_utf8, warnings);
}

}  // namespace

void add_crop_routes(http::router& routes, const context& ctx) {
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/commoncropnames",
        .blocking = true,
        .handle = [&ctx](const auto& request, const auto&) { return list(ctx, request); },
    });
}

}  // namespace callstream::brapi
