#include "server/brapi/routes.hpp"

namespace callstream::brapi {

void add_routes(http::router& routes, const context& ctx) {
    add_serverinfo_routes(routes, ctx);
    add_callset_routes(routes, ctx);
    add_allele_matrix_routes(routes, ctx);
    add_call_routes(routes, ctx);
    add_reference_routes(routes, ctx);
    add_reference_bases_routes(routes, ctx);
    add_reference_set_routes(routes, ctx);
    add_crop_routes(routes, ctx);
    add_export_routes(routes, ctx);
    add_extract_routes(routes, ctx);
    add_germplasm_routes(routes, ctx);
    add_list_routes(routes, ctx);
    add_map_routes(routes, ctx);
    add_marker_position_routes(routes, ctx);
    add_plate_routes(routes, ctx);
    add_program_routes(routes, ctx);
    add_sample_routes(routes, ctx);
    add_study_routes(routes, ctx);
    add_trial_routes(routes, ctx);
    add_variant_routes(routes, ctx);
    add_variantset_routes(routes, ctx);
}

}  // namespace callstream::brapi
