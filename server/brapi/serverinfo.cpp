// GET /serverinfo: what is served, read off the router, so that it can never promise more.
#include "server/brapi/envelope.hpp"
#include "server/brapi/routes.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <map>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

constexpr std::string_view base = "/brapi/v2/";

struct service {
    json::array methods;
    std::vector<std::string> content_types;
};

json::array as_array(const std::vector<std::string>& values) {
    return json::array(values.begin(), values.end());
}

json::array list_services(const http::router& routes, const std::string& content_type) {
    std::map<std::string, service> by_path;
    for (const auto& route : routes.routes()) {
        if (!route.pattern.starts_with(base)) continue;
        auto& entry = by_path[route.pattern.substr(base.size())];
        entry.methods.emplace_back(http::verb_text(route.method));
        entry.content_types = route.content_types;
    }
    json::array services;
    for (auto& [path, entry] : by_path) {
        const auto& types = entry.content_types;
        const bool wanted = content_type.empty() ||
                            std::find(types.begin(), types.end(), content_type) != types.end();
        if (!wanted) continue;
        services.push_back({
            {"contentTypes", as_array(types)},
            {"dataTypes", as_array(types)},
            {"methods", std::move(entry.methods)},
            {"service", path},
            {"versions", {"2.0", "2.1"}},
        });
    }
    return services;
}

result<http::response> serverinfo(
    const http::router& routes, const context& ctx, const http::request& request
) {
    http::query q(request);
    const auto content_type = q.filter("contentType");
    const auto data_type = q.filter("dataType");
    // Clients page this list as any other (Flapjack asks for 2^31-1), and it is always one page.
    for (const auto* name : {"page", "pageSize"}) {
        if (const auto number = q.integer(name); !number) return number.error();
    }
    if (!content_type) return content_type.error();
    if (!data_type) return data_type.error();
    const auto wanted = content_type->value_or(data_type->value_or(""));
    const auto& about = ctx.description;
    return single(
        {
            {"calls", list_services(routes, wanted)},
            {"contactEmail", about.contact_email},
            {"documentationURL", about.documentation_url},
            {"location", about.location},
            {"organizationName", about.organization_name},
            {"organizationURL", about.organization_url},
            {"serverDescription", about.description},
            {"serverName", about.name},
        },
        ignored_parameters(q)
    );
}

}  // namespace

void add_serverinfo_routes(http::router& routes, const context& ctx) {
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/serverinfo",
        .scope = auth::scope::open,
        .handle =
            [&routes, &ctx](const auto& request, const auto&) {
                return serverinfo(routes, ctx, request);
            },
    });
}

}  // namespace callstream::brapi
