// Maps and marker positions, as far as integration tests cannot force it: files without an index.
#include "tests/support/brapi_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace callstream::brapi {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using testing::vcf_builder;

/// `main~a` has an index, `main~b` gets none.
class maps_test : public ::testing::Test {
 protected:
    void SetUp() override {
        vcf_builder()
            .record("1", 5, "GT", {"0|1", "1|1"})
            .record("2", 7, "GT", {"0|1", "1|1"})
            .write_vcf_gz(server.folder() / "a.vcf.gz");
        server.start();
        server.break_indexing();
        vcf_builder()
            .record("1", 6, "GT", {"0|1", "1|1"})
            .write_vcf_gz(server.folder() / "b.vcf.gz");
        server.catalog().rescan();
        server.catalog().wait_until_indexed();
    }
    testing::answer get(const std::string& target) { return server.get("/brapi/v2/" + target); }

    testing::brapi_server server;
};

TEST_F(maps_test, what_is_not_known_of_a_map_is_null) {
    const auto document = get("maps").json();
    const auto& maps = document.at("result").at("data").as_array();
    ASSERT_EQ(maps.size(), 2U);
    EXPECT_EQ(maps[0].at("linkageGroupCount"), 2);
    EXPECT_EQ(maps[0].at("markerCount"), 2);
    EXPECT_EQ(maps[1].at("mapDbId"), "main~b");
    EXPECT_TRUE(maps[1].at("linkageGroupCount").is_null());
    EXPECT_TRUE(maps[1].at("markerCount").is_null());
}

TEST_F(maps_test, markers_wait_for_the_files_that_may_have_them_and_no_others) {
    for (const char* target :
         {"maps/main~b/linkagegroups",
          "markerpositions",
          "markerpositions?mapDbId=main~b",
          "markerpositions?linkageGroupName=1",
          "markerpositions?maxPosition=9",
          "markerpositions?variantDbId=main~b~1~6~1"}) {
        const auto answer = get(target);
        EXPECT_EQ(answer.status, 503) << target;
        EXPECT_THAT(answer.body, HasSubstr("being indexed")) << target;
    }
    for (const char* target :
         {"maps/main~a/linkagegroups",
          "markerpositions?mapDbId=main~a",
          "markerpositions?mapDbId=main~a&linkageGroupName=1",
          "markerpositions?variantDbId=main~a~1~5~1",
          "markerpositions?mapDbId=nobody"}) {
        EXPECT_EQ(get(target).status, 200) << target;
    }
}

}  // namespace
}  // namespace callstream::brapi
