// htsget 1.3: tickets for variants and reads, the blocks that they name, and variants of a region
// as text for clients that want no more than that.
#pragma once

#include "server/htsget/context.hpp"
#include "server/http/router.hpp"

namespace callstream::htsget {

/// `/htsget/...` and `/region/...`. `ctx` and `routes` must outlive the handlers that are added.
void add_routes(http::router& routes, const context& ctx);

// One function per concern, each in the file of its name.
void add_ticket_routes(http::router& routes, const context& ctx);
void add_service_info_routes(http::router& routes, const context& ctx);
void add_region_routes(http::router& routes, const context& ctx);

}  // namespace callstream::htsget
