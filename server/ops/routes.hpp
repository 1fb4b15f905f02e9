// For those who run the server: liveness, readiness, metrics.
#pragma once

#include "engine/catalog/catalog_service.hpp"
#include "engine/store/side_store.hpp"
#include "server/http/metrics.hpp"
#include "server/http/router.hpp"

#include <functional>
#include <string>

namespace callstream::ops {

/// The arguments must outlive the handlers that are added. `more_numbers` adds lines to the
/// metrics.
void add_routes(
    http::router& routes,
    const catalog::catalog_service& catalog,
    const store::side_store& store,
    const http::metrics& numbers,
    std::function<std::string()> more_numbers = {}
);

}  // namespace callstream::ops
