#include "server/page/routes.hpp"

#include "engine/core/hash.hpp"
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
    "  /ready   /health   /metrics                how it is\n";

/// Nothing but our own files, no script or style within the page, and no page around it.
constexpr const char* content_policy =
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

/// Of the document of igv.js, whose scripts make styles and pictures. It stands within the page.
constexpr std::string_view framed = "genome.html";
constexpr const char* framed_policy =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'";

std::string type_of(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> types = {{
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".txt", "text/plain; charset=utf-8"},
    }};
    for (const auto& [ending, type] : types) {
        if (name.ends_with(ending)) return std::string(type);
    }
    return "application/octet-stream";
}

/// Asked for anew each time, which costs a 304: another version of the program has other files.
http::response response_of(const asset& file) {
    http::response r;
    r.content_type = type_of(file.name);
    r.fields = {
        {"Content-Security-Policy", file.name == framed ? framed_policy : content_policy},
        {"Referrer-Policy", "no-referrer"},
        {"Cache-Control", "no-cache"}};
    r.body = std::string(file.text);
    r.version = std::to_string(hash64(file.text));
    return r;
}

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

void add(http::router& routes, std::string pattern, http::handler handle, std::string type) {
    routes.add({
        .method = http::verb::get,
        .pattern = std::move(pattern),
        .scope = auth::scope::open,
        .beyond_data_sets = true,
        .handle = std::move(handle),
        .content_types = {std::move(type)},
    });
}

}  // namespace

void add_routes(http::router& routes) {
    for (const auto& file : assets()) {
        if (file.name == front) {
            add(
                routes,
                "/",
                [&file](const auto& request, const auto&) -> result<http::response> {
                    return wants_page(request) ? response_of(file) : plain_welcome();
                },
                "text/plain; charset=utf-8"
            );
            continue;
        }
        add(
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
