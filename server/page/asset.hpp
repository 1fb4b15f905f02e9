// A file of a page, as part of the program, and how it is served.
#pragma once

#include "server/http/response.hpp"
#include "server/http/router.hpp"

#include <string>
#include <string_view>

namespace callstream::page {

struct asset {
    std::string_view name;  ///< of the file
    std::string_view text;
};

/// As a browser takes it: it may load and ask for what this server has, and nothing else.
http::response response_of(const asset& file);

/// The type that the name of a file says.
std::string type_of(std::string_view name);

/// Open to everybody: what a page shows, its scripts ask for, with the token that somebody typed
/// in.
void add_page_route(
    http::router& routes, std::string pattern, http::handler handle, std::string type
);

}  // namespace callstream::page
