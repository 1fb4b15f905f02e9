// /studies: what the sections [study] of data sets and the rows of samples.tsv name, else each data
// set for itself, and what clients made.
#include "server/brapi/entity_json.hpp"
#include "server/brapi/entity_routes.hpp"
#include "server/brapi/routes.hpp"

namespace callstream::brapi {
namespace json = boost::json;
namespace {

json::object to_json(const relations& all, const link& first) {
    const auto study = all.study(first);
    const auto trial = all.trial(first);
    return {
        {"active", nullptr},
        {"additionalInfo", json::object()},
        {"commonCropName", text_or_null(all.crop(entity_type::study, first))},
        {"contacts", contacts(first.home)},
        {"culturalPractices", nullptr},
        {"dataLinks", json::array()},
        {"documentationURL", nullptr},
        {"endDate", nullptr},
        {"environmentParameters", json::array()},
        {"experimentalDesign", nullptr},
        {"externalReferences", json::array()},
        {"growthFacility", nullptr},
        {"lastUpdate", nullptr},
        {"license", nullptr},
        {"locationDbId", nullptr},
        {"locationName", nullptr},
        {"observationLevels", json::array()},
        {"observationUnitsDescription", nullptr},
        {"observationVariableDbIds", json::array()},
        {"seasons", json::array()},
        {"startDate", nullptr},
        {"studyCode", nullptr},
        {"studyDbId", text_or_null(study.id)},
        {"studyDescription", nullptr},
        {"studyName", text_or_null(study.name)},
        {"studyPUI", nullptr},
        {"studyType", text_or_null(all.study_type(first))},
        {"trialDbId", text_or_null(trial.id)},
        {"trialName", text_or_null(trial.name)},
    };
}

}  // namespace

void add_study_routes(http::router& routes, const context& ctx) {
    add_entity_routes(
        routes,
        ctx,
        {
            .path = "studies",
            .type = entity_type::study,
            .to_json = to_json,
        }
    );
}

}  // namespace callstream::brapi
