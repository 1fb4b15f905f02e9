// Files byte by byte, for browsers and tools that read parts of them by their indexes.
#pragma once

#include "engine/catalog/catalog_service.hpp"
#include "server/auth/catalog_view.hpp"
#include "server/http/public_address.hpp"
#include "server/http/router.hpp"

#include <filesystem>

namespace callstream::files {

/// Outlives the routes.
struct context {
    catalog::catalog_service* catalog;
    const auth::catalog_view* view;  ///< of the catalog, for whoever asks
    std::filesystem::path index_folder;
    http::public_address address = {};
};

/// `/files` lists what is there, `/files/{data set}/{name}` is a file or an index of one. `ctx` and
/// `routes` must outlive the handlers that are added.
void add_routes(http::router& routes, const context& ctx);

}  // namespace callstream::files
