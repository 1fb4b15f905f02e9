// /germplasm: what the rows of samples.tsv name, and what clients made. What a gene bank would know
// of it is null unless somebody wrote it.
#include "server/brapi/entity_json.hpp"
#include "server/brapi/entity_routes.hpp"
#include "server/brapi/routes.hpp"

namespace callstream::brapi {
namespace json = boost::json;
namespace {

json::object to_json(const relations& all, const link& first) {
    const auto germplasm = all.germplasm(first);
    return {
        {"accessionNumber", nullptr},
        {"acquisitionDate", nullptr},
        {"additionalInfo", json::object()},
        {"biologicalStatusOfAccessionCode", nullptr},
        {"biologicalStatusOfAccessionDescription", nullptr},
        {"breedingMethodDbId", nullptr},
        {"breedingMethodName", nullptr},
        {"collection", nullptr},
        {"commonCropName", text_or_null(all.crop(entity_type::germplasm, first))},
        {"countryOfOriginCode", nullptr},
        {"defaultDisplayName", text_or_null(germplasm.name)},
        {"documentationURL", nullptr},
        {"donors", json::array()},
        {"externalReferences", json::array()},
        {"genus", nullptr},
        {"germplasmDbId", text_or_null(germplasm.id)},
        {"germplasmName", text_or_null(germplasm.name)},
        {"germplasmOrigin", json::array()},
        {"germplasmPUI", nullptr},
        {"germplasmPreprocessing", nullptr},
        {"instituteCode", nullptr},
        {"instituteName", nullptr},
        {"pedigree", nullptr},
        {"seedSource", nullptr},
        {"seedSourceDescription", nullptr},
        {"species", nullptr},
        {"speciesAuthority", nullptr},
        {"storageTypes", json::array()},
        {"subtaxa", nullptr},
        {"subtaxaAuthority", nullptr},
        {"synonyms", json::array()},
        {"taxonIds", json::array()},
    };
}

}  // namespace

void add_germplasm_routes(http::router& routes, const context& ctx) {
    add_entity_routes(
        routes,
        ctx,
        {
            .path = "germplasm",
            .type = entity_type::germplasm,
            .to_json = to_json,
        }
    );
}

}  // namespace callstream::brapi
