// GET /htsget/{variants,reads}/service-info (GA4GH service-info 1.0, htsget 1.3).
#include "server/htsget/routes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace callstream::htsget {
namespace json = boost::json;
namespace {

json::object info(
    const context& ctx, const http::request& request, const char* data, json::array formats
) {
    const auto home = ctx.address.link(request, "/");
    auto out =
        ga4gh::service_info(ctx.facts, std::string("htsget.") + data, "htsget", "1.3.0", home);
    out["htsget"] = {
        {"datatype", data},
        {"formats", std::move(formats)},
        {"fieldsParameterEffective", false},
        {"tagsParametersEffective", false}};
    return out;
}

}  // namespace

void add_service_info_routes(http::router& routes, const context& ctx) {
    const auto add = [&](const char* data, const json::array& formats) {
        routes.add({
            .method = http::verb::get,
            .pattern = std::string("/htsget/") + data + "/service-info",
            .scope = auth::scope::open,
            .handle =
                [&ctx, data, formats](const auto& request, const auto&) -> result<http::response> {
                http::response r;
                r.body = json::serialize(info(ctx, request, data, formats)) + "\n";
                return r;
            },
        });
    };
    add("variants", {"VCF", "BCF"});
    add("reads", {"BAM", "CRAM"});
}

}  // namespace callstream::htsget
