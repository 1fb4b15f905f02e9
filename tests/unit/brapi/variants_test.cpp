#include "tests/support/brapi_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::brapi {
namespace {

using ::testing::ElementsAre;
using strings = std::vector<std::string>;

/// Sets in both formats, several records in a block and some across the borders of blocks.
class variants_test : public ::testing::Test {
 protected:
    void SetUp() override {
        testing::many_records(30).write_vcf_gz(server.folder() / "a.vcf.gz", 400);
        testing::many_records(30).write_bcf(server.folder() / "b.bcf", 400);
        server.start();
    }
    static std::string target(const std::string& id) { return "/brapi/v2/variants/" + id; }

    testing::brapi_server server;
};

TEST_F(variants_test, one_is_the_object_of_the_list_whatever_was_asked_before) {
    const auto all = server.get("/brapi/v2/variants").json().at("result").at("data").as_array();
    ASSERT_EQ(all.size(), 120U);
    for (const std::size_t step : {1U, 7U, 0U}) {
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto& listed = all[i * step % all.size()];
            const auto one = server.get(target(std::string(listed.at("variantDbId").as_string())));
            ASSERT_EQ(one.status, 200) << one.body;
            ASSERT_EQ(one.json().at("result"), listed);
        }
    }
}

TEST_F(variants_test, what_is_not_there_is_not_found) {
    ASSERT_EQ(server.get("/brapi/v2/variants").status, 200);
    for (const char* id :
         {"main~b~1~110~9",
          "main~b~1~110~0",
          "main~b~1~99999~1",
          "main~b~3~110~1",
          "main~b~1~x~1",
          "main~b~1~110",
          "main~b",
          "main~c~1~110~1",
          "~~~~",
          "x"}) {
        EXPECT_EQ(server.get(target(id)).status, 404) << id;
    }
}

TEST_F(variants_test, parameters_that_nobody_knows_are_told) {
    const auto all = server.get("/brapi/v2/variants").json().at("result").at("data").as_array();
    const std::string id(all[0].at("variantDbId").as_string());
    for (int i = 0; i < 2; ++i) {
        const auto told = server.get(target(id) + "?x=1").json().at("metadata").at("status");
        EXPECT_EQ(told.as_array().size(), 2U);
    }
}

TEST_F(variants_test, a_file_that_was_replaced_is_noticed_by_the_next_request) {
    const auto all = server.get("/brapi/v2/variants").json().at("result").at("data").as_array();
    const std::string id(all[0].at("variantDbId").as_string());
    for (int i = 0; i < 3; ++i) ASSERT_EQ(server.get(target(id)).status, 200);
    testing::vcf_builder other;
    other.record("9", 5, "GT", {"0/1", "1|1"});
    testing::replace_file(server.folder() / "a.vcf.gz", other.vcf_gz());
    EXPECT_NE(server.get(target(id)).status, 200);
    server.catalog().wait_until_indexed();
    EXPECT_EQ(server.get(target(id)).status, 404);
    EXPECT_EQ(server.get(target("main~a~9~5~1")).status, 200);
}

TEST_F(variants_test, a_variant_waits_for_the_index) {
    server.break_indexing();
    testing::many_records(30).write_vcf_gz(server.folder() / "late.vcf.gz");
    server.catalog().rescan();
    server.catalog().wait_until_indexed();
    EXPECT_EQ(server.get(target("main~late~1~110~1")).status, 503);
    EXPECT_EQ(server.get(target("main~b~1~110~1")).status, 200) << "that one is indexed";
}

}  // namespace
}  // namespace callstream::brapi
