#include "server/brapi/callset_filter.hpp"

#include "tests/support/brapi_server.hpp"
#include "tests/support/requests.hpp"
#include "tests/support/results.hpp"
#include "tests/support/vcf_builder.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::brapi {
namespace {

namespace json = boost::json;
using testing::error_text;
using testing::has_value;

result<callset_filter> of_body(const std::string& text) {
    const auto body = json::parse(text).as_object();
    http::json_fields fields(body);
    return read_callset_filter(fields);
}

result<callset_filter> of_query(const std::string& query) {
    const auto request = testing::make_request("GET /x?" + query);
    http::query q(request);
    return read_callset_filter(q);
}

TEST(callset_filter, parameters_and_fields_mean_the_same) {
    for (const char* name :
         {"callSetDbId",
          "callSetName",
          "variantSetDbId",
          "sampleDbId",
          "germplasmDbId",
          "externalReferenceId",
          "externalReferenceID",
          "externalReferenceSource",
          "commonCropName",
          "germplasmName",
          "programDbId",
          "programName",
          "sampleName",
          "studyDbId",
          "studyName",
          "trialDbId",
          "trialName"}) {
        const auto asked = of_query(std::string(name) + "=x");
        const auto searched = of_body("{\"" + std::string(name) + "s\":[\"x\"]}");
        ASSERT_TRUE(has_value(asked));
        ASSERT_TRUE(has_value(searched));
        EXPECT_TRUE(asked->any()) << name;
        EXPECT_EQ(asked->to_body(), searched->to_body()) << name;
    }
}

/// Two data sets, of which one is described; S1 and S2 in each.
class described_call_sets : public ::testing::Test {
 protected:
    void SetUp() override {
        const auto folder = server.folder();
        const auto panel = testing::vcf_builder().samples({"S1", "S2"});
        panel.write_vcf_gz(folder / "plain.vcf.gz");
        panel.write_vcf_gz(folder / "wheat" / "a.vcf.gz");
        testing::write_file(
            folder / "wheat" / "dataset.toml",
            "crop = \"wheat\"\n[program]\nid = \"p\"\nname = \"P\"\n"
            "[trial]\nid = \"t\"\nname = \"T\"\n[study]\nid = \"s\"\nname = \"S\"\n"
        );
        testing::write_file(
            folder / "wheat" / "samples.tsv",
            "sample\tsampleDbId\tsampleName\tgermplasmDbId\tgermplasmName\tstudyDbId\t"
            "externalReferenceId\texternalReferenceSource\n"
            "S1\tid1\tN1\tg1\tG1\t\ta;b\tX;Y\n"
            "S2\tid2\tN2\tg2\tG2\tother\tb\tX\n"
        );
        server.start();
    }
    std::vector<std::string> found(const std::string& body) {
        const auto wanted = of_body(body).value();
        std::vector<std::string> out;
        const relations all(server.catalog().current());
        for (const auto* set : all.now().variant_sets()) {
            for (std::uint32_t column = 0; column < 2 && wanted.fits(all, *set); ++column) {
                const catalog::call_set c{set, column};
                if (wanted.fits(all, c)) out.push_back(c.id());
            }
        }
        return out;
    }
    testing::brapi_server server;
};

TEST_F(described_call_sets, are_found_by_every_criterion) {
    const std::string both = "wheat~a~S1 wheat~a~S2";
    const std::pair<const char*, std::string> table[] = {
        {R"({"callSetDbIds":["wheat~a~S1"]})", "wheat~a~S1"},
        {R"({"callSetNames":["S2"]})", "main~plain~S2 wheat~a~S2"},
        {R"({"commonCropNames":["wheat"]})", both},
        {R"({"externalReferenceIds":["b"]})", both},
        {R"({"externalReferenceIDs":["a"]})", "wheat~a~S1"},
        {R"({"externalReferenceSources":["Y"]})", "wheat~a~S1"},
        {R"({"externalReferenceIds":["b"],"externalReferenceSources":["X"]})", "wheat~a~S2"},
        {R"({"germplasmDbIds":["g1"]})", "wheat~a~S1"},
        {R"({"germplasmNames":["G2"]})", "wheat~a~S2"},
        {R"({"programDbIds":["p"]})", both},
        {R"({"programNames":["P"]})", both},
        {R"({"sampleDbIds":["id1","main~plain~S1"]})", "main~plain~S1 wheat~a~S1"},
        {R"({"sampleNames":["N2","S2"]})", "main~plain~S2 wheat~a~S2"},
        {R"({"studyDbIds":["s"]})", "wheat~a~S1"},
        {R"({"studyDbIds":["other","main"]})", "main~plain~S1 main~plain~S2 wheat~a~S2"},
        {R"({"studyNames":["S"]})", "wheat~a~S1"},
        {R"({"trialDbIds":["t"]})", both},
        {R"({"trialNames":["T"]})", both},
        {R"({"variantSetDbIds":["wheat~a"]})", both},
        {R"({"germplasmDbIds":["g1","g2"],"studyDbIds":["other"]})", "wheat~a~S2"},
        {R"({"germplasmDbIds":["g1"],"studyDbIds":["other"]})", ""},
        {R"({"trialDbIds":["x"]})", ""},
        {R"({})", "main~plain~S1 main~plain~S2 " + both},
    };
    for (const auto& [body, wanted] : table) {
        std::string joined;
        for (const auto& id : found(body)) joined += (joined.empty() ? "" : " ") + id;
        EXPECT_EQ(joined, wanted) << body;
    }
}

TEST_F(described_call_sets, are_listed_by_every_parameter) {
    const std::pair<const char*, std::size_t> table[] = {
        {"", 4},
        {"commonCropName=wheat", 2},
        {"germplasmName=G2", 1},
        {"programDbId=p", 2},
        {"programName=P", 2},
        {"sampleName=N2", 1},
        {"studyDbId=s", 1},
        {"studyName=S", 1},
        {"trialDbId=t", 2},
        {"trialName=T", 2},
        {"trialName=T&studyDbId=other", 1},
        {"trialName=t", 0},
    };
    for (const auto& [query, count] : table) {
        const auto answer = server.get(std::string("/brapi/v2/callsets?") + query).json();
        EXPECT_EQ(answer.at("result").at("data").as_array().size(), count) << query;
    }
}

TEST_F(described_call_sets, are_shown_with_what_is_written_of_them) {
    const auto one = server.get("/brapi/v2/callsets/wheat~a~S1").json().at("result");
    EXPECT_EQ(one.at("sampleDbId"), "id1");
    EXPECT_EQ(one.at("studyDbId"), "s");
    EXPECT_EQ(one.at("externalReferences").as_array().size(), 2U);
    EXPECT_EQ(one.at("externalReferences").at(1).at("referenceId"), "b");
    EXPECT_EQ(one.at("externalReferences").at(1).at("referenceSource"), "Y");
    const auto other = server.get("/brapi/v2/callsets/wheat~a~S2").json().at("result");
    EXPECT_EQ(other.at("studyDbId"), "other");
}

TEST(callset_filter, names_of_entities_are_those_that_their_lists_show) {
    testing::brapi_server server;
    for (const std::string set : {"a", "b"}) {
        const auto folder = server.folder() / set;
        testing::vcf_builder().samples({"S"}).write_vcf_gz(folder / "x.vcf.gz");
        std::string text;
        for (const char* entity : {"program", "trial", "study"}) {
            text += std::string("[") + entity + "]\nid = \"1\"\nname = \"of " + set + "\"\n";
        }
        testing::write_file(folder / "dataset.toml", text);
        const std::string name = set == "a" ? "" : "G";
        testing::write_file(
            folder / "samples.tsv", "sample\tgermplasmDbId\tgermplasmName\nS\tg\t" + name + "\n"
        );
        testing::write_file(folder / "r.fa", ">1\nACGT\n");
    }
    server.start();
    const auto count = [&](const std::string& path) {
        const auto answer = server.get("/brapi/v2/" + path).json();
        return answer.at("result").at("data").as_array().size();
    };
    for (const std::string entity : {"program", "trial"}) {
        const auto list = entity + "s?" + entity + "Name=";
        EXPECT_EQ(count(list + "of%20a"), 1U) << entity;
        EXPECT_EQ(count(list + "of%20b"), 0U) << entity;
    }
    for (const char* entity : {"programName", "trialName", "studyName"}) {
        for (const std::string list : {"callsets?", "referencesets?"}) {
            EXPECT_EQ(count(list + entity + "=of%20a"), 2U) << list << entity;
            EXPECT_EQ(count(list + entity + "=of%20b"), 0U) << list << entity;
        }
    }
    EXPECT_EQ(count("germplasm?germplasmName=G"), 1U);
    EXPECT_EQ(count("callsets?germplasmName=G"), 2U);
}

TEST(callset_filter, nothing_and_empty_lists_restrict_nothing) {
    EXPECT_FALSE(of_query("callSetDbId=&germplasmDbId=")->any());
    EXPECT_FALSE(of_body("{}")->any());
    EXPECT_FALSE(of_body(R"({"callSetDbIds":[],"germplasmDbIds":["",""],"trialDbIds":null})")->any()
    );
}

TEST(callset_filter, has_one_spelling_per_meaning) {
    const auto a =
        of_body(R"({"sampleDbIds":["y","x","y",""],"callSetDbIds":"z","trialDbIds":[]})");
    const auto b = of_body(R"({"callSetDbIds":["z"],"sampleDbIds":["x","y"]})");
    EXPECT_EQ(json::serialize(a->to_body()), R"({"callSetDbIds":["z"],"sampleDbIds":["x","y"]})");
    EXPECT_EQ(json::serialize(a->to_body()), json::serialize(b->to_body()));
    const auto both = of_body(R"({"externalReferenceIDs":["old"],"externalReferenceIds":["new"]})");
    EXPECT_EQ(json::serialize(both->to_body()), R"({"externalReferenceIds":["new","old"]})");
}

TEST(callset_filter, what_is_no_list_of_texts_is_named) {
    EXPECT_EQ(error_text(of_body(R"({"trialDbIds":[5]})")), "trialDbIds must be an array of texts");
    EXPECT_EQ(error_text(of_query("callSetName=a&callSetName=b")), "callSetName is given twice");
}

}  // namespace
}  // namespace callstream::brapi
