#include "tests/support/brapi_server.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace callstream::brapi {
namespace {

namespace json = boost::json;
using testing::vcf_builder;

/// `main~a` over a reference, `wheat~b` in a described data set.
class variantsets_test : public ::testing::Test {
 protected:
    void SetUp() override {
        vcf_builder()
            .meta("fileDate=20090805")
            .meta("contig=<ID=r1,length=9>")
            .samples({"s1", "s 2"})
            .record("1", 5, "GT:DP", {"0|1:3", "1|1:4"})
            .record("1", 5, "GT:DP", {"0|1:3", "1|1:4"})
            .record("2", 7, "GT:DP", {"0|1:3", "1|1:4"})
            .write_vcf_gz(server.folder() / "a.vcf.gz");
        vcf_builder()
            .samples({"s1"})
            .record("1", 6, "GT", {"0/0"})
            .write_vcf_gz(server.folder() / "wheat" / "b.vcf.gz");
        testing::write_file(
            server.folder() / "wheat" / "dataset.toml",
            "crop = \"wheat\"\n[program]\nid = \"p\"\nname = \"P\"\n[trial]\nid = \"t\"\nname = "
            "\"T\"\n"
            "[study]\nid = \"s\"\nname = \"S\"\n"
        );
        testing::write_file(server.folder() / "wheat" / "ref.fa", ">1\nACGTACGT\n");
        server.start();
        server.catalog().rescan();
    }
    /// Ids of a list, or the status.
    static std::string ids_of(const testing::answer& a) {
        if (a.status != 200) return std::to_string(a.status);
        std::string out;
        const auto document = a.json();
        for (const auto& one : document.at("result").at("data").as_array()) {
            out += (out.empty() ? "" : " ") + std::string(one.at("variantSetDbId").as_string());
        }
        return out;
    }
    std::string list(const std::string& query) {
        return ids_of(server.get("/brapi/v2/variantsets?" + query));
    }
    std::string search(const std::string& body) {
        return ids_of(server.post("/brapi/v2/search/variantsets", body, {"Prefer: respond-sync"}));
    }

    testing::brapi_server server;
};

TEST_F(variantsets_test, every_parameter_counts) {
    const std::pair<std::string, std::string> table[] = {
        {"", "main~a wheat~b"},
        {"variantSetDbId=wheat~b", "wheat~b"},
        {"variantSetDbId=b", ""},
        {"callSetDbId=main~a~s.202", "main~a"},
        {"callSetDbId=main~a~nobody", ""},
        {"variantDbId=main~a~1~5~2", "main~a"},
        {"variantDbId=main~a~1~5~3", ""},
        {"variantDbId=wheat~b~1~6~1", "wheat~b"},
        {"commonCropName=wheat", "wheat~b"},
        {"programDbId=p", "wheat~b"},
        {"programName=P", "wheat~b"},
        {"trialDbId=t", "wheat~b"},
        {"trialName=T", "wheat~b"},
        {"studyDbId=s", "wheat~b"},
        {"studyName=S", "wheat~b"},
        {"studyDbId=main", "main~a"},
        {"referenceSetDbId=wheat~ref", "wheat~b"},
        {"referenceDbId=wheat~ref~1", "wheat~b"},
        {"referenceDbId=main~ref~1", ""},
        {"externalReferenceId=x", ""},
        {"externalReferenceSource=x", ""},
        {"page=1&pageSize=1", "wheat~b"},
        {"pageSize=0", "400"},
    };
    for (const auto& [query, wanted] : table) EXPECT_EQ(list(query), wanted) << query;
}

TEST_F(variantsets_test, every_field_of_a_search_counts) {
    const std::pair<std::string, std::string> table[] = {
        {"{}", "main~a wheat~b"},
        {R"({"variantSetDbIds":["wheat~b","x"]})", "wheat~b"},
        {R"({"callSetDbIds":["main~a~s1"]})", "main~a"},
        {R"({"variantDbIds":["main~a~2~7~1","x"]})", "main~a"},
        {R"({"commonCropNames":["wheat"]})", "wheat~b"},
        {R"({"programDbIds":["p"],"programNames":["P"]})", "wheat~b"},
        {R"({"trialDbIds":["t"],"trialNames":["T"]})", "wheat~b"},
        {R"({"studyDbIds":["s"],"studyNames":["S"]})", "wheat~b"},
        {R"({"referenceSetDbIds":["wheat~ref"]})", "wheat~b"},
        {R"({"referenceDbIds":["wheat~ref~1"]})", "wheat~b"},
        {R"({"externalReferenceIds":["x"]})", ""},
        {R"({"pageSize":1,"page":0})", "main~a"},
    };
    for (const auto& [body, wanted] : table) EXPECT_EQ(search(body), wanted) << body;
}

TEST_F(variantsets_test, one_says_what_is_in_it) {
    const auto one = server.get("/brapi/v2/variantsets/main~a").json().at("result");
    EXPECT_EQ(one.at("variantSetName"), "a");
    EXPECT_EQ(one.at("variantCount"), 3);
    EXPECT_EQ(one.at("callSetCount"), 2);
    EXPECT_EQ(one.at("studyDbId"), "main");
    EXPECT_EQ(one.at("analysis").at(0).at("created"), "2009-08-05T00:00:00Z");
    const auto fields = json::serialize(one.at("metadataFields"));
    EXPECT_NE(
        fields.find(R"({"dataType":"integer","fieldAbbreviation":"DP","fieldName":"Read Depth"})"),
        std::string::npos
    ) << fields;
    EXPECT_EQ(fields.find("\"GT\""), std::string::npos);
    EXPECT_EQ(
        server.get("/brapi/v2/variantsets/wheat~b").json().at("result").at("referenceSetDbId"),
        "wheat~ref"
    );
    EXPECT_EQ(server.get("/brapi/v2/variantsets/wheat~c").status, 404);
}

TEST_F(variantsets_test, its_call_sets_are_listed) {
    const auto names = [&](const std::string& path) {
        const auto a = server.get("/brapi/v2/variantsets/" + path);
        if (a.status != 200) return std::to_string(a.status);
        std::string out;
        const auto document = a.json();
        for (const auto& one : document.at("result").at("data").as_array())
            out += std::string(one.at("callSetName").as_string()) + ",";
        return out;
    };
    EXPECT_EQ(names("main~a/callsets"), "s1,s 2,");
    EXPECT_EQ(names("main~a/callsets?callSetName=s1"), "s1,");
    EXPECT_EQ(names("main~a/callsets?callSetDbId=wheat~b~s1"), "");
    EXPECT_EQ(names("main~a/callsets?variantSetDbId=wheat~b"), "s1,s 2,") << "the path says which";
    EXPECT_EQ(names("main~x/callsets"), "404");
}

}  // namespace
}  // namespace callstream::brapi
