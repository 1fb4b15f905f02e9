#include "tests/support/brapi_server.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::brapi {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using strings = std::vector<std::string>;

class callsets_test : public ::testing::Test {
 protected:
    void SetUp() override {
        testing::vcf_builder()
            .meta("fileDate=20090805")
            .samples({"s1", "s 2", "s3"})
            .write_vcf_gz(server.folder() / "a.vcf.gz");
        testing::vcf_builder()
            .samples({"s1", "x"})
            .write_vcf_gz(server.folder() / "wheat" / "b.vcf.gz");
        server.start();
    }
    json::value list(const std::string& query) {
        const auto a = server.get("/brapi/v2/callsets" + query);
        EXPECT_EQ(a.status, 200) << a.body;
        return a.json();
    }
    strings ids(const std::string& query) {
        strings out;
        const auto document = list(query);
        for (const auto& c : document.at("result").at("data").as_array()) {
            out.emplace_back(c.at("callSetDbId").as_string());
        }
        return out;
    }

    testing::brapi_server server;
};

TEST_F(callsets_test, every_sample_of_every_file_is_listed) {
    EXPECT_THAT(
        ids(""), ElementsAre("main~a~s1", "main~a~s.202", "main~a~s3", "wheat~b~s1", "wheat~b~x")
    );
}

TEST_F(callsets_test, one_call_set_is_the_object_of_the_list) {
    const auto a = server.get("/brapi/v2/callsets/main~a~s.202");
    ASSERT_EQ(a.status, 200);
    const auto one = a.json().at("result");
    EXPECT_EQ(one, list("").at("result").at("data").at(1));
    EXPECT_EQ(one.at("callSetName"), "s 2");
    EXPECT_EQ(one.at("variantSetDbIds"), json::array{"main~a"});
    EXPECT_EQ(one.at("studyDbId"), "main");
    EXPECT_EQ(one.at("sampleDbId"), "main~a~s.202");
    EXPECT_EQ(one.at("created"), "2009-08-05T00:00:00Z");
    EXPECT_TRUE(one.at("additionalInfo").as_object().empty());
}

TEST_F(callsets_test, a_call_set_that_is_not_there_is_404) {
    for (const char* id : {"main~a~s4", "main~a", "s1", "main~a~s%202"}) {
        EXPECT_EQ(server.get(std::string("/brapi/v2/callsets/") + id).status, 404) << id;
    }
}

TEST_F(callsets_test, filters_are_exact_and_all_must_fit) {
    EXPECT_THAT(ids("?callSetName=s1"), ElementsAre("main~a~s1", "wheat~b~s1"));
    EXPECT_THAT(ids("?callSetName=s+2"), ElementsAre("main~a~s.202"));
    EXPECT_THAT(ids("?callSetDbId=wheat~b~x"), ElementsAre("wheat~b~x"));
    EXPECT_THAT(ids("?sampleDbId=wheat~b~x"), ElementsAre("wheat~b~x"));
    EXPECT_THAT(ids("?variantSetDbId=wheat~b"), ElementsAre("wheat~b~s1", "wheat~b~x"));
    EXPECT_THAT(ids("?variantSetDbId=wheat~b&callSetName=s1"), ElementsAre("wheat~b~s1"));
    EXPECT_THAT(ids("?variantSetDbId=wheat~b&callSetName=s3"), IsEmpty());
    EXPECT_THAT(ids("?callSetName=S1"), IsEmpty());
    EXPECT_THAT(ids("?callSetName=s"), IsEmpty());
    EXPECT_EQ(ids("?callSetName=").size(), 5U) << "an empty filter filters nothing";
}

TEST_F(callsets_test, filters_on_what_files_do_not_know_match_nothing_and_say_so) {
    for (const char* name :
         {"germplasmDbId",
          "externalReferenceID",
          "externalReferenceId",
          "externalReferenceSource"}) {
        const auto document = list(std::string("?") + name + "=x");
        EXPECT_THAT(document.at("result").at("data").as_array(), IsEmpty()) << name;
        const auto& status = document.at("metadata").at("status");
        EXPECT_EQ(status.at(1).at("messageType"), "WARNING") << name;
    }
}

TEST_F(callsets_test, pages_are_cut_by_number) {
    EXPECT_THAT(ids("?pageSize=2"), ElementsAre("main~a~s1", "main~a~s.202"));
    EXPECT_THAT(ids("?pageSize=2&page=2"), ElementsAre("wheat~b~x"));
    EXPECT_THAT(ids("?pageSize=2&page=3"), IsEmpty());
    const auto pages = list("?pageSize=2&page=1").at("metadata").at("pagination");
    EXPECT_EQ(pages.at("currentPage"), 1);
    EXPECT_EQ(pages.at("pageSize"), 2);
    EXPECT_EQ(pages.at("totalCount"), 5);
    EXPECT_EQ(pages.at("totalPages"), 3);
    EXPECT_THAT(ids("?page=9223372036854775807&pageSize=9223372036854775807"), IsEmpty());
}

TEST_F(callsets_test, a_page_size_beyond_the_limit_is_reduced_with_a_warning) {
    const auto document = list("?pageSize=2147483647");
    EXPECT_EQ(document.at("metadata").at("pagination").at("pageSize"), 100'000);
    const auto message = document.at("metadata").at("status").at(1).at("message");
    EXPECT_THAT(std::string(message.as_string()), HasSubstr("reduced to 100000"));
}

TEST_F(callsets_test, parameters_that_make_no_sense_are_400) {
    for (const char* query :
         {"?page=-1", "?pageSize=0", "?pageSize=x", "?callSetName=a&callSetName=b"}) {
        EXPECT_EQ(server.get(std::string("/brapi/v2/callsets") + query).status, 400) << query;
    }
}

TEST_F(callsets_test, a_long_list_is_whole) {
    strings names;
    for (int i = 0; i < 3000; ++i) names.push_back("sample" + std::to_string(i));
    testing::vcf_builder().samples(names).write_vcf_gz(server.folder() / "big.vcf.gz");
    server.catalog().rescan();
    const auto all = ids("?variantSetDbId=main~big&pageSize=3000");
    ASSERT_EQ(all.size(), 3000U);
    for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], "main~big~" + names[i]);
}

}  // namespace
}  // namespace callstream::brapi
