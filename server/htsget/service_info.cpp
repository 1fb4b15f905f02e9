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
    const auto& facts = ctx.facts;
    const auto home = ctx.address.link(request, "/");
    return {
        {"id", std::string("callstream.htsget.") + data},
        {"name", facts.name},
        {"type", {{"group", "org.ga4gh"}, {"artifact", "htsget"}, {"version", "1.3.0"}}},
        {"organization",
         {{"name", facts.organization_name.empty() ? facts.name : facts.organization_name},
          {"url", facts.organization_url.empty() ? home : facts.organization_url}}},
        {"version", facts.version},
        {"htsget",
         {{"datatype", data},
          {"formats", std::move(formats)},
          {"fieldsParameterEffective", false},
          {"tagsParametersEffective", false}}}};
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
