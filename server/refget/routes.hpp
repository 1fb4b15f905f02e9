// refget 2.0 and 1.x: reference sequences by their checksums. `REF_PATH=http://host/sequence/%s`
// lets htslib decode CRAM with it.
#pragma once

#include "server/auth/catalog_view.hpp"
#include "server/ga4gh/service_info.hpp"
#include "server/http/public_address.hpp"
#include "server/http/router.hpp"

namespace callstream::refget {

/// Outlives the routes.
struct context {
    const auth::catalog_view* view;  ///< of the catalog, for whoever asks
    http::public_address address = {};
    ga4gh::service_facts facts = {};  ///< for service-info
};

/// `/sequence/...`. `ctx` and `routes` must outlive the handlers that are added.
void add_routes(http::router& routes, const context& ctx);

}  // namespace callstream::refget
