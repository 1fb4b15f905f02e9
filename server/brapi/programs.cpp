// /programs: what the sections [program] of data sets name, else each data set for itself, and
// what clients made.
#include "server/brapi/entity_json.hpp"
#include "server/brapi/entity_routes.hpp"
#include "server/brapi/routes.hpp"

namespace callstream::brapi {
namespace json = boost::json;
namespace {

json::object to_json(const relations& all, const link& first) {
    const auto program = all.program(first);
    return {
        {"abbreviation", nullptr},
        {"additionalInfo", json::object()},
        {"commonCropName", text_or_null(all.crop(entity_type::program, first))},
        {"documentationURL", nullptr},
        {"externalReferences", json::array()},
        {"fundingInformation", nullptr},
        {"leadPersonDbId", nullptr},
        {"leadPersonName", nullptr},
        {"objective", nullptr},
        {"programDbId", text_or_null(program.id)},
        {"programName", text_or_null(program.name)},
        {"programType", nullptr},
    };
}

}  // namespace

void add_program_routes(http::router& routes, const context& ctx) {
    add_entity_routes(
        routes,
        ctx,
        {
            .path = "programs",
            .type = entity_type::program,
            .is_of_data_sets = true,
            .to_json = to_json,
        }
    );
}

}  // namespace callstream::brapi
