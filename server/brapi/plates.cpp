// /plates: what clients made; no file names any. The plates of the vendor calls are other ones.
#include "server/brapi/entity_json.hpp"
#include "server/brapi/entity_routes.hpp"
#include "server/brapi/routes.hpp"

#include <boost/json/array.hpp>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

json::object to_json(const relations& all, const link& first) {
    const auto plate = all.plate(first);
    return {
        {"additionalInfo", json::object()},
        {"externalReferences", json::array()},
        {"plateBarcode", nullptr},
        {"plateDbId", text_or_null(plate.id)},
        {"plateFormat", nullptr},
        {"plateName", text_or_null(plate.name)},
        {"programDbId", text_or_null(all.program(first).id)},
        {"sampleType", nullptr},
        {"studyDbId", text_or_null(all.study(first).id)},
        {"trialDbId", text_or_null(all.trial(first).id)},
    };
}

}  // namespace

void add_plate_routes(http::router& routes, const context& ctx) {
    add_entity_routes(
        routes,
        ctx,
        {
            .path = "plates",
            .type = entity_type::plate,
            .is_of_clients = true,
            .to_json = to_json,
        }
    );
}

}  // namespace callstream::brapi
