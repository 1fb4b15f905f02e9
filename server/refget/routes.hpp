// refget 2.0 and 1.x: reference sequences by their checksums. `REF_PATH=http://host/sequence/%s`
// lets htslib decode CRAM with it.
#pragma once

#include "server/auth/catalog_view.hpp"
#include "server/http/public_address.hpp"
#include "server/http/router.hpp"

#include <string>

namespace callstream::refget {

/// What service-info says of this server.
struct service_facts {
    std::string name = "callstream";
    std::string organization_name = {};
    std::string organization_url = {};
    std::string version = {};
};

/// Outlives the routes.
struct context {
    const auth::catalog_view* view;  ///< of the catalog, for whoever asks
    http::public_address address = {};
    service_facts facts = {};
};

/// `/sequence/...`. `ctx` and `routes` must outlive the handlers that are added.
void add_routes(http::router& routes, const context& ctx);

}  // namespace callstream::refget
