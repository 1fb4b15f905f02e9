#include "engine/reference/sequence_digest.hpp"
#include "tests/support/described_references.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace callstream::brapi {
namespace {

namespace json = boost::json;

class reference_sets_test : public testing::described_references {
 protected:
    std::string list(const std::string& query) {
        return found("/brapi/v2/referencesets?" + query, "referenceSetDbId");
    }
    std::string search(const std::string& body) {
        return searched("/brapi/v2/search/referencesets", body, "referenceSetDbId");
    }
    static std::string maize_md5() {
        const auto first = reference::md5_text("ACGT");
        const auto second = reference::md5_text("TTTTTT");
        return reference::md5_text(std::min(first, second) + std::max(first, second));
    }
};

TEST_F(reference_sets_test, every_file_is_listed_and_every_parameter_counts) {
    const std::pair<std::string, std::string> table[] = {
        {"", "maize~b main~plain"},
        {"referenceSetDbId=main~plain", "main~plain"},
        {"accession=C.1", "maize~b"},
        {"assemblyPUI=A_1", "maize~b"},
        {"assemblyPUI=a_1", ""},
        {"md5checksum=" + maize_md5(), "maize~b"},
        {"md5checksum=x", ""},
        {"commonCropName=maize", "maize~b"},
        {"commonCropName=corn", ""},
        {"programDbId=p", "maize~b"},
        {"trialDbId=main", "main~plain"},
        {"studyDbId=s", "maize~b"},
        {"externalReferenceId=set&externalReferenceSource=Z", "maize~b"},
        {"externalReferenceID=x", ""},
        {"externalReferenceSource=X", ""},
        {"page=1&pageSize=1", "main~plain"},
        {"pageSize=0", "400"},
    };
    for (const auto& [query, wanted] : table) EXPECT_EQ(list(query), wanted) << query;
}

TEST_F(reference_sets_test, every_field_of_a_search_counts) {
    const std::pair<std::string, std::string> table[] = {
        {R"({})", "maize~b main~plain"},
        {R"({"accessions":["A.1"]})", "maize~b"},
        {R"({"assemblyPUIs":["A_1","x"]})", "maize~b"},
        {R"({"commonCropNames":["maize"]})", "maize~b"},
        {R"({"externalReferenceIDs":["set"]})", "maize~b"},
        {R"({"externalReferenceIds":["set"],"externalReferenceSources":["Z"]})", "maize~b"},
        {R"({"germplasmDbIds":["g1"]})", "maize~b"},
        {R"({"germplasmNames":["G2"]})", "maize~b"},
        {R"({"md5checksums":[")" + maize_md5() + "\"]}", "maize~b"},
        {R"({"programDbIds":["main"]})", "main~plain"},
        {R"({"programNames":["P"]})", "maize~b"},
        {R"({"referenceSetDbIds":["main~plain"]})", "main~plain"},
        {R"({"studyDbIds":["s"]})", "maize~b"},
        {R"({"studyNames":["S"]})", "maize~b"},
        {R"({"trialDbIds":["t"]})", "maize~b"},
        {R"({"trialNames":["T"]})", "maize~b"},
        {R"({"accessions":[1]})", "400"},
    };
    for (const auto& [body, wanted] : table) EXPECT_EQ(search(body), wanted) << body;
}

TEST_F(reference_sets_test, one_shows_what_its_sequences_have_in_common) {
    const auto a = server.get("/brapi/v2/referencesets/maize~b");
    ASSERT_EQ(a.status, 200);
    const auto wanted = json::parse(
        R"({
        "additionalInfo": {}, "assemblyPUI": "A_1", "commonCropName": "maize",
        "description": "best",
        "externalReferences": [
            {"referenceId": "set", "referenceID": "set", "referenceSource": "Z"}],
        "isDerived": true, "md5checksum": ")" +
        maize_md5() + R"(",
        "referenceSetDbId": "maize~b", "referenceSetName": "b",
        "sourceAccessions": ["A.1", "B.1", "C.1"],
        "sourceGermplasm": [
            {"germplasmDbId": "g1", "germplasmName": "G1"},
            {"germplasmDbId": "g2", "germplasmName": "G2"}],
        "sourceURI": "http://u", "species": {"term": "Zea", "termURI": "T:1"}})"
    );
    EXPECT_EQ(a.json().at("result"), wanted);
    EXPECT_EQ(server.get("/brapi/v2/referencesets/maize~x").status, 404);
}

TEST_F(reference_sets_test, md5s_that_are_not_known_yet_are_waited_for) {
    server.break_indexing();
    testing::write_file(server.folder() / "new.fa", ">n\nACGT\n");
    server.catalog().rescan();
    server.catalog().wait_until_indexed();
    EXPECT_EQ(list("md5checksum=x"), "503");
    EXPECT_EQ(list("md5checksum=x&studyDbId=s"), "");
    const auto a = server.get("/brapi/v2/referencesets/main~new");
    ASSERT_EQ(a.status, 200);
    EXPECT_TRUE(a.json().at("result").at("md5checksum").is_null());
}

TEST_F(reference_sets_test, a_file_that_its_pass_refuses_is_no_set) {
    testing::write_file(server.folder() / "bad.fa", ">n\nACGT\nA\nACGT\n");
    server.catalog().rescan();
    server.catalog().wait_until_indexed();
    EXPECT_EQ(list(""), "maize~b main~plain");
    EXPECT_EQ(server.get("/brapi/v2/referencesets/main~bad").status, 404);
    EXPECT_EQ(list("md5checksum=x"), "");
}

}  // namespace
}  // namespace callstream::brapi
