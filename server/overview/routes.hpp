// What a page needs to draw variant sets of any size: which there are, their density, frequencies
// and missing data along the genome, and tiles of their matrix. A dialect of our own, below
// `/overview`; a parameter that is not known is refused.
#pragma once

#include "server/http/router.hpp"
#include "server/overview/context.hpp"

namespace callstream::overview {

/// `ctx` must outlive the handlers that are added.
void add_routes(http::router& routes, const context& ctx);

void add_listing_route(http::router& routes, const context& ctx);
void add_bins_route(http::router& routes, const context& ctx);
void add_tile_route(http::router& routes, const context& ctx);

}  // namespace callstream::overview
