#include "tests/support/brapi_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::brapi {
namespace {

namespace json = boost::json;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using strings = std::vector<std::string>;

class serverinfo_test : public ::testing::Test {
 protected:
    void SetUp() override { server.start(); }
    std::vector<std::string> services(const std::string& query = "") {
        std::vector<std::string> out;
        const auto document = server.get("/brapi/v2/serverinfo" + query).json();
        for (const auto& call : document.at("result").at("calls").as_array()) {
            out.emplace_back(call.at("service").as_string());
        }
        return out;
    }
    testing::brapi_server server;
};

TEST_F(serverinfo_test, lists_exactly_the_brapi_routes) {
    EXPECT_THAT(
        services(),
        ElementsAreArray(strings{
            "allelematrix",
            "calls",
            "callsets",
            "callsets/{callSetDbId}",
            "callsets/{callSetDbId}/calls",
            "commoncropnames",
            "germplasm",
            "germplasm/{germplasmDbId}",
            "lists",
            "lists/{listDbId}",
            "lists/{listDbId}/data",
            "lists/{listDbId}/items",
            "maps",
            "maps/{mapDbId}",
            "maps/{mapDbId}/linkagegroups",
            "markerpositions",
            "plates",
            "plates/{plateDbId}",
            "programs",
            "programs/{programDbId}",
            "references",
            "references/{referenceDbId}",
            "references/{referenceDbId}/bases",
            "referencesets",
            "referencesets/{referenceSetDbId}",
            "samples",
            "samples/{sampleDbId}",
            "search/allelematrix",
            "search/allelematrix/{searchResultsDbId}",
            "search/calls",
            "search/calls/{searchResultsDbId}",
            "search/callsets",
            "search/callsets/{searchResultsDbId}",
            "search/germplasm",
            "search/germplasm/{searchResultsDbId}",
            "search/lists",
            "search/lists/{searchResultsDbId}",
            "search/markerpositions",
            "search/markerpositions/{searchResultsDbId}",
            "search/plates",
            "search/plates/{searchResultsDbId}",
            "search/programs",
            "search/programs/{searchResultsDbId}",
            "search/references",
            "search/references/{searchResultsDbId}",
            "search/referencesets",
            "search/referencesets/{searchResultsDbId}",
            "search/samples",
            "search/samples/{searchResultsDbId}",
            "search/studies",
            "search/studies/{searchResultsDbId}",
            "search/trials",
            "search/trials/{searchResultsDbId}",
            "search/variants",
            "search/variants/{searchResultsDbId}",
            "search/variantsets",
            "search/variantsets/{searchResultsDbId}",
            "serverinfo",
            "studies",
            "studies/{studyDbId}",
            "trials",
            "trials/{trialDbId}",
            "variants",
            "variants/{variantDbId}",
            "variants/{variantDbId}/calls",
            "variantsets",
            "variantsets/extract",
            "variantsets/{variantSetDbId}",
            "variantsets/{variantSetDbId}/calls",
            "variantsets/{variantSetDbId}/callsets",
            "variantsets/{variantSetDbId}/exports/{fileName}",
            "variantsets/{variantSetDbId}/variants"})
    );
}

TEST_F(serverinfo_test, each_service_says_how_it_is_called) {
    const auto document = server.get("/brapi/v2/serverinfo").json();
    const auto& calls = document.at("result").at("calls").at(4);
    EXPECT_EQ(calls.at("methods"), json::array{"GET"});
    EXPECT_EQ(calls.at("versions"), json::value({"2.0", "2.1"}));
    EXPECT_EQ(calls.at("contentTypes"), json::value({"application/json", "application/x-ndjson"}));
    EXPECT_EQ(calls.at("dataTypes"), calls.at("contentTypes"));
    EXPECT_EQ(document.at("result").at("serverName"), "callstream");
    EXPECT_EQ(document.at("metadata").at("pagination").at("totalCount"), 0);
}

TEST_F(serverinfo_test, can_be_asked_for_one_content_type) {
    const strings streamed = {
        "allelematrix",
        "calls",
        "callsets/{callSetDbId}/calls",
        "search/allelematrix",
        "search/allelematrix/{searchResultsDbId}",
        "search/calls",
        "search/calls/{searchResultsDbId}",
        "search/variants",
        "search/variants/{searchResultsDbId}",
        "variants",
        "variants/{variantDbId}/calls",
        "variantsets/{variantSetDbId}/calls",
        "variantsets/{variantSetDbId}/variants"};
    EXPECT_THAT(services("?contentType=application/x-ndjson"), ElementsAreArray(streamed));
    EXPECT_THAT(services("?dataType=application/x-ndjson"), ElementsAreArray(streamed));
    EXPECT_THAT(
        services("?contentType=text/csv"),
        ElementsAreArray(strings{"variantsets/{variantSetDbId}/exports/{fileName}"})
    );
    EXPECT_THAT(services("?contentType=text/xml"), IsEmpty());
    EXPECT_EQ(services("?contentType="), services());
}

TEST_F(serverinfo_test, takes_paging_parameters_without_a_warning) {
    const auto document = server.get("/brapi/v2/serverinfo?page=0&pageSize=2147483647").json();
    EXPECT_EQ(document.at("metadata").at("status").as_array().size(), 1U);
    EXPECT_EQ(server.get("/brapi/v2/serverinfo?page=x").status, 400);
}

}  // namespace
}  // namespace callstream::brapi
