// GET /commoncropnames: the crops that data sets name, in the order of their paths.
#include "server/brapi/envelope.hpp"
#include "server/brapi/listing.hpp"
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
    std::vector<std::string> crops;
    const auto now = visible(ctx, request);  // a rescan may replace it meanwhile
    for (const auto& home : now->data_sets()) {
        const bool is_new = std::find(crops.begin(), crops.end(), home->crop) == crops.end();
        if (is_new && !home->crop.empty()) crops.push_back(home->crop);
    }
    return list_response(*window, std::move(crops), streaming::valid_utf8, warnings);
}

}  // namespace

void add_crop_routes(http::router& routes, const context& ctx) {
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/commoncropnames",
        .handle = [&ctx](const auto& request, const auto&) { return list(ctx, request); },
    });
}

}  // namespace callstream::brapi
