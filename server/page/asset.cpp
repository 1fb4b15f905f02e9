#include "server/page/asset.hpp"

#include "engine/core/hash.hpp"

#include <array>
#include <string>
#include <utility>

namespace callstream::page {
namespace {

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

}  // namespace

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

void add_page_route(
    http::router& routes, std::string pattern, http::handler handle, std::string type
) {
    routes.add({
        .method = http::verb::get,
        .pattern = std::move(pattern),
        .scope = auth::scope::open,
        .beyond_data_sets = true,
        .handle = std::move(handle),
        .content_types = {std::move(type)},
    });
}

}  // namespace callstream::page
