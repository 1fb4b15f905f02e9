// The BrAPI dialect: all routes below /brapi/v2.
#pragma once

#include "server/brapi/context.hpp"
#include "server/http/router.hpp"

namespace callstream::brapi {

/// `ctx` and `routes` must outlive the handlers that are added.
void add_routes(http::router& routes, const context& ctx);

// One function per resource, each in the file of its name.
void add_serverinfo_routes(http::router& routes, const context& ctx);
void add_callset_routes(http::router& routes, const context& ctx);
void add_allele_matrix_routes(http::router& routes, const context& ctx);
void add_call_routes(http::router& routes, const context& ctx);
void add_reference_routes(http::router& routes, const context& ctx);
void add_reference_bases_routes(http::router& routes, const context& ctx);
void add_reference_set_routes(http::router& routes, const context& ctx);
void add_crop_routes(http::router& routes, const context& ctx);
void add_export_routes(http::router& routes, const context& ctx);
void add_extract_routes(http::router& routes, const context& ctx);
void add_germplasm_routes(http::router& routes, const context& ctx);
void add_list_routes(http::router& routes, const context& ctx);
void add_map_routes(http::router& routes, const context& ctx);
void add_marker_position_routes(http::router& routes, const context& ctx);
void add_plate_routes(http::router& routes, const context& ctx);
void add_program_routes(http::router& routes, const context& ctx);
void add_sample_routes(http::router& routes, const context& ctx);
void add_study_routes(http::router& routes, const context& ctx);
void add_trial_routes(http::router& routes, const context& ctx);
void add_variant_routes(http::router& routes, const context& ctx);
void add_variantset_routes(http::router& routes, const context& ctx);

}  // namespace callstream::brapi
