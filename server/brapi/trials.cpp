// /trials: what the sections [trial] of data sets name, else each data set for itself, and
// what clients made.
#include "server/brapi/entity_json.hpp"
#include "server/brapi/entity_routes.hpp"
#include "server/brapi/routes.hpp"

namespace callstream::brapi {
namespace json = boost::json;
namespace {

json::object to_json(const relations& all, const link& first) {
    const auto program = all.program(first);
    const auto trial = all.trial(first);
    return {
        {"active", nullptr},
        {"additionalInfo", json::object()},
        {"commonCropName", text_or_null(all.crop(entity_type::trial, first))},
        {"contacts", contacts(first.home)},
        {"datasetAuthorships", json::array()},
        {"documentationURL", nullptr},
        {"endDate", nullptr},
        {"externalReferences", json::array()},
        {"programDbId", text_or_null(program.id)},
        {"programName", text_or_null(program.name)},
        {"publications", json::array()},
        {"startDate", nullptr},
        {"trialDbId", text_or_null(trial.id)},
        {"trialDescription", nullptr},
        {"trialName", text_or_null(trial.name)},
        {"trialPUI", nullptr},
    };
}

}  // namespace

void add_trial_routes(http::router& routes, const context& ctx) {
    add_entity_routes(
        routes,
        ctx,
        {
            .path = "trials",
            .type = entity_type::trial,
            .is_of_data_sets = true,
            .to_json = to_json,
        }
    );
}

}  // namespace callstream::brapi
