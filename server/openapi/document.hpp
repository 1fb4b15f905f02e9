// The OpenAPI document of a router's routes. What a route is stands in `descriptions`; method,
// path, body, types and who may ask are read off the route itself, so that nothing is promised that
// is not served.
#pragma once

#include "server/auth/gate.hpp"
#include "server/http/router.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace callstream::openapi {

/// `GET /brapi/v2/callsets`.
std::string name_of(const http::route& route);

/// The files of pages are no part of the API.
bool is_described(const http::route& route);

/// All but `openapi` and `servers`, which depend on the request.
boost::json::object make_document(
    const http::router& routes, auth::gate::mode asks, const std::string& version
);

}  // namespace callstream::openapi
