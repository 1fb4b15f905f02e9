// Google Genomics v1: all routes below /v1.
#pragma once

#include "server/genomics/context.hpp"
#include "server/http/router.hpp"

namespace callstream::genomics {

/// `ctx` and `routes` must outlive the handlers that are added.
void add_routes(http::router& routes, const context& ctx);

// One function per resource, each in the file of its name.
void add_annotation_routes(http::router& routes, const context& ctx);
void add_annotation_search_route(http::router& routes, const context& ctx);
void add_annotation_set_routes(http::router& routes, const context& ctx);
void add_batch_routes(http::router& routes, const context& ctx);
void add_call_set_routes(http::router& routes, const context& ctx);
void add_coverage_routes(http::router& routes, const context& ctx);
void add_data_set_routes(http::router& routes, const context& ctx);
void add_export_routes(http::router& routes, const context& ctx);
void add_operation_routes(http::router& routes, const context& ctx);
void add_policy_routes(http::router& routes, const context& ctx);
void add_read_group_set_routes(http::router& routes, const context& ctx);
void add_read_routes(http::router& routes, const context& ctx);
void add_reference_bases_routes(http::router& routes, const context& ctx);
void add_reference_routes(http::router& routes, const context& ctx);
void add_variant_routes(http::router& routes, const context& ctx);
void add_reads_import_route(http::router& routes, const context& ctx);
void add_variant_import_route(http::router& routes, const context& ctx);
void add_variant_set_routes(http::router& routes, const context& ctx);

}  // namespace callstream::genomics
