// The calls of a genotyping laboratory. They speak BrAPI's frame, so this room uses that one's.
#pragma once

#include "engine/store/side_store.hpp"
#include "server/http/public_address.hpp"
#include "server/http/router.hpp"
#include "server/vendor/specification.hpp"

#include <filesystem>

namespace callstream::vendor {

/// Outlives the routes.
struct context {
    store::side_store* store;
    vendor_specification offered = {};
    std::filesystem::path results = {};  ///< folder of what was delivered
    http::public_address address = {};
};

void add_routes(http::router& routes, const context& ctx);

}  // namespace callstream::vendor
