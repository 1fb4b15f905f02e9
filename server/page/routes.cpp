#include "server/page/routes.hpp"

#include "server/http/negotiation.hpp"
#include "server/page/assets.hpp"

#include <array>
#include <string>

namespace callstream::page {
namespace {

constexpr std::string_view front = "index.html";

constexpr const char* welcome =
    "callstream serves genotype calls straight from VCF and BCF files.\n"
    "\n"
    "  /                                          open it in a browser to see them\n"
    "  /brapi/v2/serverinfo                       what this server speaks\n"
    "  /brapi/v2/callsets                         the call sets (samples) in the files\n"
    "  /brapi/v2/callsets/{callSetDbId}/calls     their genotype calls\n"
    "  /brapi/v2/references                       the sequences; /{referenceDbId}/bases reads "
    "them\n"
    "  /brapi/v2/search/callsets                  the same by many ids and names at once\n"
    "  /v1/datasets?projectId=default             the same files as Google Genomics v1\n"
    "  /overview                                  what there is, drawn from far away\n"
    "  /docs, /openapi.json                       all of this, route by route\n"
    "  /ready   /health   /metrics                how it is\n";

http::response plain_welcome() {
    http::response r;
    r.content_type = "text/plain; charset=utf-8";
    r.body = welcome;
    return r;
}

bool wants_page(const http::request& request) {
    constexpr std::array<std::string_view, 2> offers = {"text/plain", "text/html"};
    return http::pick_media_type(request.field("accept"), offers) == offers[1];
}

}  // namespace

void add_routes(http::router& routes) {
    for (const auto& file : assets()) {
        if (file.name == front) {
            add_page_route(
                routes,
                "/",
                [&file](const auto& request, const auto&) -> result<http::response> {
                    return wants_page(request) ? response_of(file) : plain_welcome();
                },
                "text/plain; charset=utf-8"
            );
            continue;
        }
        add_page_route(
            routes,
            "/page/" + std::string(file.name),
            [&file](const auto&, const auto&) -> result<http::response> {
                return response_of(file);
            },
            type_of(file.name)
        );
    }
}

}  // namespace callstream::page
