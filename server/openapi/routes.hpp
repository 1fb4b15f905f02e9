// GET /openapi.json: every route of this server as OpenAPI has them. GET /docs: a page that shows
// them and lets people try them.
#pragma once

#include "server/auth/gate.hpp"
#include "server/http/public_address.hpp"
#include "server/http/router.hpp"

#include <string>

namespace callstream::openapi {

/// Lives as long as the routes.
struct context {
    http::public_address address;
    auth::gate::mode asks = auth::gate::mode::off;
    std::string version = {};  ///< of the program
};

/// `routes` is complete when the first request comes.
void add_routes(http::router& routes, const context& ctx);

}  // namespace callstream::openapi
