// /samples: the rows of samples.tsv that give a sampleDbId, the call sets for which none does, and
// what clients made.
#include "server/brapi/entity_json.hpp"
#include "server/brapi/entity_routes.hpp"
#include "server/brapi/routes.hpp"

namespace callstream::brapi {
namespace json = boost::json;
namespace {

json::object to_json(const relations& all, const link& first) {
    const auto sample = all.sample(first);
    const auto plate = all.plate(first);
    return {
        {"additionalInfo", additional_info(first.facts)},
        {"column", nullptr},
        {"externalReferences", external_references(first.facts)},
        {"germplasmDbId", text_or_null(all.germplasm(first).id)},
        {"observationUnitDbId", nullptr},
        {"plateDbId", text_or_null(plate.id)},
        {"plateName", text_or_null(plate.name)},
        {"programDbId", text_or_null(all.program(first).id)},
        {"row", nullptr},
        {"sampleBarcode", nullptr},
        {"sampleDbId", text_or_null(sample.id)},
        {"sampleDescription", nullptr},
        {"sampleGroupDbId", nullptr},
        {"sampleName", text_or_null(sample.name)},
        {"samplePUI", nullptr},
        {"sampleTimestamp", nullptr},
        {"sampleType", nullptr},
        {"studyDbId", text_or_null(all.study(first).id)},
        {"takenBy", nullptr},
        {"tissueType", nullptr},
        {"trialDbId", text_or_null(all.trial(first).id)},
        {"well", nullptr},
    };
}

}  // namespace

void add_sample_routes(http::router& routes, const context& ctx) {
    add_entity_routes(
        routes,
        ctx,
        {
            .path = "samples",
            .type = entity_type::sample,
            .to_json = to_json,
        }
    );
}

}  // namespace callstream::brapi
