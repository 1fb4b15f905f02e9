#include "engine/store/sqlite_store.hpp"
#include "tests/support/brapi_server.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::brapi {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

/// A data set with two samples that `samples.tsv` names and one that it does not.
class entity_writes : public ::testing::Test {
 protected:
    void SetUp() override {
        const auto folder = server.folder() / "beans";
        testing::vcf_builder().samples({"S1", "S2", "S3"}).write_vcf_gz(folder / "a.vcf.gz");
        testing::write_file(
            folder / "dataset.toml",
            "crop = \"bean\"\n[program]\nid = \"p\"\n[trial]\nid = \"t\"\n[study]\nid = \"s\"\n"
        );
        testing::write_file(
            folder / "samples.tsv",
            "sample\tsampleDbId\tsampleName\tgermplasmDbId\tgermplasmName\ttissue\n"
            "S1\tid1\tN1\tg1\tG1\tleaf\n"
            "S2\tid2\tN2\tg2\tG2\troot\n"
        );
        server.start();
    }
    /// The result of a write that must work, or the reason of one that must not.
    json::value write(
        const std::string& method, const std::string& target, const std::string& body, int wanted
    ) {
        const auto path = "/brapi/v2/" + target;
        const auto a = method == "PUT" ? server.put(path, body) : server.post(path, body);
        EXPECT_EQ(a.status, wanted) << target << ": " << a.body;
        warnings = 0;
        if (a.status != 200) return a.json();
        const auto answer = a.json();
        warnings = answer.at("metadata").at("status").as_array().size() - 1;
        return answer.at("result");
    }
    json::value put(const std::string& target, const std::string& body, int wanted = 200) {
        return write("PUT", target, body, wanted);
    }
    /// The id of what one object made.
    std::string post(const std::string& entities, const std::string& body) {
        const auto made = write("POST", entities, body, 200).at("data").at(0);
        const auto id = entities == "germplasm" ? "germplasmDbId"
                        : entities == "studies" ? "studyDbId"
                                                : entities.substr(0, entities.size() - 1) + "DbId";
        return std::string(made.at(id).as_string());
    }
    json::value one(const std::string& target) {
        const auto a = server.get("/brapi/v2/" + target);
        EXPECT_EQ(a.status, 200) << target << ": " << a.body;
        return a.json().at("result");
    }
    std::string listed(const std::string& target, const std::string& member) {
        std::string out;
        const auto result = one(target);
        for (const auto& entity : result.at("data").as_array()) {
            out += (out.empty() ? "" : " ") + std::string(entity.at(member).as_string());
        }
        return out;
    }
    testing::brapi_server server;
    std::size_t warnings = 0;
};

TEST_F(entity_writes, what_was_made_is_there_with_all_its_relations) {
    const auto program = post("programs", R"([{"programName":"P2","commonCropName":"rye"}])");
    EXPECT_THAT(program, MatchesRegex("[0-9a-f-]{36}"));
    const auto trial = post("trials", R"([{"trialName":"T2","programDbId":")" + program + R"("}])");
    const auto study = post("studies", R"([{"studyName":"S2","trialDbId":")" + trial + R"("}])");
    const auto germplasm = post("germplasm", R"({"germplasmName":"G9"})");
    const auto plate = post("plates", R"([{"plateName":"Pl"}])");
    const auto sample = post(
        "samples",
        R"([{"sampleName":"New","studyDbId":")" + study + R"(","germplasmDbId":")" + germplasm +
            R"(","plateDbId":")" + plate + R"("}])"
    );
    const auto shown = one("samples/" + sample);
    EXPECT_EQ(shown.at("programDbId"), json::value(program));
    EXPECT_EQ(shown.at("trialDbId"), json::value(trial));
    EXPECT_EQ(shown.at("plateName"), "Pl");
    EXPECT_EQ(one("studies/" + study).at("trialName"), "T2");
    EXPECT_EQ(one("trials/" + trial).at("commonCropName"), "rye");
    EXPECT_EQ(listed("programs?germplasmName=G9", "programName"), "P2");
    EXPECT_EQ(listed("germplasm?studyName=S2", "germplasmName"), "G9");
    EXPECT_EQ(listed("plates?sampleName=New", "plateName"), "Pl");
    EXPECT_EQ(listed("samples?commonCropName=rye", "sampleName"), "New");
    EXPECT_EQ(listed("samples?commonCropName=bean", "sampleName"), "N1 N2 S3");
    EXPECT_EQ(one("commoncropnames").at("data"), (json::array{"bean", "rye"}));
}

TEST_F(entity_writes, what_was_written_counts_before_what_files_say) {
    put("samples/id1", R"({"germplasmDbId":"g2","tissueType":"seed"})");
    EXPECT_EQ(one("samples/id1").at("sampleName"), "N1");
    EXPECT_EQ(one("samples/id1").at("tissueType"), "seed");
    EXPECT_EQ(listed("callsets?germplasmName=G2", "callSetName"), "S1 S2");
    EXPECT_EQ(listed("germplasm", "germplasmDbId"), "g1 g2") << "files name it still";
    EXPECT_EQ(listed("germplasm?sampleDbId=id1", "germplasmDbId"), "g2");
    put("samples/id1", R"({"germplasmDbId":null})");
    EXPECT_EQ(listed("callsets?germplasmName=G2", "callSetName"), "S2");
    EXPECT_EQ(one("samples/id1").at("tissueType"), "seed") << "absent stays as it is";
    put("samples/id1", R"({"germplasmDbId":""})");
    EXPECT_EQ(listed("callsets?germplasmDbId=g1", "callSetName"), "") << "of none";
}

TEST_F(entity_writes, a_sample_of_a_column_alone_can_be_written) {
    put("samples/beans~a~S3", R"({"sampleName":"Third","additionalInfo":{"a":"b"}})");
    EXPECT_EQ(listed("callsets?sampleName=Third", "callSetName"), "S3");
    EXPECT_EQ(one("samples/beans~a~S3").at("additionalInfo"), (json::object{{"a", "b"}}));
    EXPECT_EQ(one("callsets/beans~a~S3").at("additionalInfo"), json::object());
}

TEST_F(entity_writes, a_study_that_moves_takes_its_call_sets_along) {
    const auto trial = post("trials", R"([{"trialName":"T2","programDbId":"other"}])");
    put("studies/s", R"({"trialDbId":")" + trial + R"(","studyName":"Moved"})");
    EXPECT_EQ(listed("callsets?trialName=T2", "callSetName"), "S1 S2 S3");
    EXPECT_EQ(listed("callsets?programDbId=other", "callSetName"), "S1 S2 S3");
    EXPECT_EQ(listed("callsets?trialDbId=t", "callSetName"), "");
    EXPECT_EQ(listed("variantsets?trialName=T2", "variantSetName"), "a");
    EXPECT_EQ(listed("variantsets?studyName=Moved", "variantSetName"), "a");
    EXPECT_EQ(listed("trials", "trialName"), "beans T2");
    EXPECT_EQ(listed("trials?studyDbId=s", "trialName"), "T2");
    EXPECT_EQ(listed("trials?programDbId=p", "trialDbId"), "t");
    EXPECT_EQ(listed("programs", "programDbId"), "p") << "an id that is only named makes nothing";
    put("studies/s", R"({"trialDbId":null})");
    EXPECT_EQ(listed("callsets?trialDbId=t", "callSetName"), "S1 S2 S3");
}

TEST_F(entity_writes, a_batch_is_written_as_a_whole_or_not_at_all) {
    EXPECT_THAT(
        json::serialize(put("samples", R"({"id1":{"row":"A"},"nobody":{"row":"B"}})", 404)),
        HasSubstr("there is no sample with this sampleDbId 'nobody'")
    );
    EXPECT_THAT(
        json::serialize(put("samples", R"({"id1":{"row":"A"},"id2":{"row":5}})", 400)),
        HasSubstr("sample 'id2': row must be a text")
    );
    EXPECT_THAT(
        json::serialize(write("POST", "samples", R"([{"sampleName":"a"},{"sampleName":null}])", 400)
        ),
        HasSubstr("sample 2: sampleName is required")
    );
    EXPECT_EQ(one("samples/id1").at("row"), nullptr);
    EXPECT_EQ(listed("samples", "sampleName"), "N1 N2 S3");
    const auto both = put("samples", R"({"id2":{"row":"B"},"id1":{"row":"A"}})").at("data");
    EXPECT_EQ(both.at(0).at("sampleDbId"), "id2");
    EXPECT_EQ(both.at(1).at("row"), "A");
}

TEST_F(entity_writes, what_is_not_known_is_ignored_with_a_warning) {
    put("samples/id1", R"({"colour":"red"})");
    EXPECT_EQ(warnings, 1U);
    put("samples/id1", R"({"sampleDbId":"id1"})");
    EXPECT_EQ(warnings, 0U) << "clients send our answers back";
    put("samples/id1", R"({"sampleDbId":"id2"})", 400);
    post("samples", R"([{"sampleName":"x","sampleDbId":"mine"}])");
    EXPECT_EQ(warnings, 1U) << "the server makes the id";
}

TEST_F(entity_writes, a_name_cannot_be_taken_from_what_no_file_names) {
    const auto id = post("samples", R"([{"sampleName":"x"}])");
    put("samples/" + id, R"({"sampleName":null})", 400);
    put("samples/" + id, R"({"sampleName":""})", 400);
    put("samples/" + id, R"({"row":"A"})");
    EXPECT_EQ(one("samples/" + id).at("sampleName"), "x");
    put("samples/id1", R"({"sampleName":"y"})");
    put("samples/id1", R"({"sampleName":null})");
    EXPECT_EQ(one("samples/id1").at("sampleName"), "N1");
}

TEST_F(entity_writes, call_sets_and_variant_sets_have_metadata) {
    const std::string body =
        R"({"additionalInfo":{"a":"b"},"externalReferences":[{"referenceId":"r"}],"x":1})";
    EXPECT_EQ(put("callsets/beans~a~S1", body).at("additionalInfo").at("a"), "b");
    EXPECT_EQ(warnings, 1U);
    EXPECT_EQ(put("variantsets/beans~a", body).at("additionalInfo").at("a"), "b");
    EXPECT_EQ(listed("callsets?externalReferenceId=r", "callSetName"), "S1");
    EXPECT_EQ(listed("variantsets?externalReferenceId=r", "variantSetName"), "a");
    EXPECT_EQ(listed("samples?externalReferenceId=r", "sampleName"), "") << "that is another one";
    put("callsets/beans~a~S1", R"({"additionalInfo":null,"externalReferences":[]})");
    EXPECT_EQ(one("callsets/beans~a~S1").at("additionalInfo"), (json::object{{"tissue", "leaf"}}));
    EXPECT_EQ(listed("callsets?externalReferenceId=r", "callSetName"), "");
    put("callsets/nobody", body, 404);
    put("variantsets/nobody", body, 404);
    put("callsets/beans~a~S1", R"({"additionalInfo":5})", 400);
}

TEST_F(entity_writes, what_another_process_wrote_is_seen) {
    EXPECT_EQ(one("studies/s").at("studyName"), "beans");
    ASSERT_TRUE(server.store().entities().change([](store::entity_editor& edit) -> result<void> {
        edit.put({"study", "s", R"({"studyName":"Theirs"})"});
        edit.put({"of a newer server", "s", "{}"});
        return {};
    }));
    EXPECT_EQ(one("studies/s").at("studyName"), "Theirs");
}

TEST_F(entity_writes, what_files_no_longer_name_is_gone_and_comes_back) {
    put("samples/id2", R"({"row":"A"})");
    const auto table = server.folder() / "beans" / "samples.tsv";
    const auto text = testing::read_file(table);
    testing::write_file(table, "sample\tsampleDbId\nS1\tid1\n");
    server.catalog().rescan();
    EXPECT_EQ(listed("samples", "sampleDbId"), "id1 beans~a~S2 beans~a~S3");
    EXPECT_EQ(server.get("/brapi/v2/samples/id2").status, 404);
    testing::write_file(table, text);
    server.catalog().rescan();
    EXPECT_EQ(one("samples/id2").at("row"), "A");
}

TEST_F(entity_writes, samples_tsv_may_name_what_a_client_made) {
    const auto id = post("samples", R"([{"sampleName":"Made","row":"A"}])");
    testing::write_file(
        server.folder() / "beans" / "samples.tsv", "sample\tsampleDbId\nS1\t" + id + "\n"
    );
    server.catalog().rescan();
    EXPECT_EQ(listed("samples?sampleName=Made", "sampleDbId"), id) << "once";
    EXPECT_EQ(listed("callsets?sampleName=Made", "callSetName"), "S1");
    EXPECT_EQ(one("samples/" + id).at("studyDbId"), "s");
}

}  // namespace
}  // namespace callstream::brapi
