#include "server/brapi/entity_fields.hpp"

#include "tests/support/results.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace callstream::brapi {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using testing::error_text;
using testing::has_value;
using ::testing::HasSubstr;
using type = entity_type;

/// What is read of a body, or why it is not.
std::string read(type kind, const std::string& body, std::vector<std::string>* unknown = nullptr) {
    std::vector<std::string> names;
    const auto got = read_entity(kind, json::parse(body).as_object(), names);
    if (unknown != nullptr) *unknown = names;
    return got ? json::serialize(*got) : got.error().text;
}

TEST(entity_fields, what_is_there_is_read_and_null_is_kept) {
    const std::tuple<type, const char*, const char*> table[] = {
        {type::sample, "{}", "{}"},
        {type::sample, R"({"sampleName":"","well":null})", R"({"sampleName":"","well":null})"},
        {type::sample, R"({"column":"6"})", R"({"column":6})"},
        {type::sample,
         R"({"sampleTimestamp":"2020-01-02"})",
         R"({"sampleTimestamp":"2020-01-02T00:00:00Z"})"},
        {type::sample,
         R"({"sampleTimestamp":"2018-01-01T14:47:23-0600"})",
         R"({"sampleTimestamp":"2018-01-01T14:47:23-0600"})"},
        {type::trial, R"({"startDate":"2020-01-02"})", R"({"startDate":"2020-01-02"})"},
        {type::trial, R"({"active":false})", R"({"active":false})"},
        {type::study, R"({"seasons":["a","b"]})", R"({"seasons":["a","b"]})"},
        {type::study, R"({"seasons":"a"})", R"({"seasons":["a"]})"},
        {type::study,
         R"({"lastUpdate":{"version":"1"}})",
         R"({"lastUpdate":{"timestamp":null,"version":"1"}})"},
        {type::study,
         R"({"observationLevels":[{"levelOrder":1},{}]})",
         R"({"observationLevels":[{"levelName":null,"levelOrder":1},)"
         R"({"levelName":null,"levelOrder":null}]})"},
        {type::plate,
         R"({"additionalInfo":{"a":[1,{"b":null}]}})",
         R"({"additionalInfo":{"a":[1,{"b":null}]}})"},
        {type::plate,
         R"({"externalReferences":[{"referenceID":"a"},{"referenceSource":"b"}]})",
         R"({"externalReferences":[{"referenceId":"a","referenceID":"a","referenceSource":""},)"
         R"({"referenceId":"","referenceID":"","referenceSource":"b"}]})"},
        {type::call_set, R"({"additionalInfo":null})", R"({"additionalInfo":null})"},
    };
    for (const auto& [kind, body, wanted] : table) EXPECT_EQ(read(kind, body), wanted) << body;
}

TEST(entity_fields, what_is_wrong_is_named) {
    const std::tuple<type, const char*, const char*> table[] = {
        {type::sample, R"({"sampleName":5})", "sampleName must be a text"},
        {type::sample, R"({"column":"x"})", "column must be a whole number"},
        {type::sample, R"({"sampleTimestamp":"yesterday"})", "sampleTimestamp must be a date"},
        {type::sample, "{\"takenBy\":\"a\\u0000\"}", "takenBy must not hold a zero byte"},
        {type::trial, R"({"active":"true"})", "active must be true or false"},
        {type::trial, R"({"contacts":[{"contactDbId":"a"},{}]})", "contacts[1].contactDbId is req"},
        {type::trial, R"({"contacts":{}})", "contacts must be an array of objects"},
        {type::trial, R"({"publications":[5]})", "publications must be an array of objects"},
        {type::study, R"({"lastUpdate":{"timestamp":"x"}})", "lastUpdate.timestamp must be a date"},
        {type::study, R"({"seasons":[1]})", "seasons must be an array of texts"},
        {type::study, R"({"growthFacility":[]})", "growthFacility must be an object"},
        {type::program, R"({"programType":"x"})", "programType must be one of STANDARD, PROJECT"},
        {type::plate, R"({"plateFormat":"PLATE_384"})", "plateFormat must be one of PLATE_96"},
        {type::germplasm, R"({"storageTypes":[{"code":"x"}]})", "storageTypes[0].code must be one"},
        {type::germplasm,
         R"({"taxonIds":[{"taxonId":"x"}]})",
         "taxonIds[0].sourceName is required"},
        {type::plate, R"({"additionalInfo":[]})", "additionalInfo must be an object"},
        {type::plate,
         R"({"externalReferences":[{"referenceID":"a","referenceId":"b"}]})",
         "referenceID that differ"},
    };
    for (const auto& [kind, body, why] : table) {
        EXPECT_THAT(read(kind, body), HasSubstr(why)) << body;
    }
}

TEST(entity_fields, what_is_not_known_is_named_with_its_place) {
    std::vector<std::string> unknown;
    read(type::study, R"({"colour":1,"contacts":[{"contactDbId":"c","x":null}],"y":{}})", &unknown);
    EXPECT_THAT(unknown, ElementsAre("contacts[0].x", "colour", "y"));
    read(type::call_set, R"({"callSetName":"n","additionalInfo":{"x":1}})", &unknown);
    EXPECT_THAT(unknown, ElementsAre("callSetName"));
}

TEST(entity_fields, every_type_has_its_fields) {
    for (std::size_t i = 0; i < entity_type_count; ++i) {
        const auto kind = static_cast<type>(i);
        EXPECT_EQ(fields_of(kind).empty(), kind == type::extract);  // it is made, never changed
        EXPECT_FALSE(id_field_of(kind).empty());
    }
}

}  // namespace
}  // namespace callstream::brapi
