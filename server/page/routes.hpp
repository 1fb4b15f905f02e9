// The page at `/` for those who come with a browser, and a word for all others. Its files are part
// of the program; it loads nothing from elsewhere.
#pragma once

#include "server/http/router.hpp"

namespace callstream::page {

/// All of it is open: what it shows, its scripts ask for, with the token that somebody typed in.
void add_routes(http::router& routes);

}  // namespace callstream::page
