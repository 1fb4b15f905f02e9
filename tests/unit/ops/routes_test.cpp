#include "tests/support/brapi_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace callstream::ops {
namespace {

using ::testing::HasSubstr;

class ops_test : public ::testing::Test {
 protected:
    testing::brapi_server server;
};

TEST_F(ops_test, health_is_ok_while_the_server_runs) {
    server.start();
    EXPECT_EQ(server.get("/health").json().at("status"), "ok");
}

TEST_F(ops_test, ready_counts_what_is_served_and_names_what_is_not) {
    testing::many_records(2).write_vcf_gz(server.folder() / "a.vcf.gz");
    testing::write_file(server.folder() / "bad.bcf", "junk");
    server.start();
    const auto ready = server.get("/ready").json();
    EXPECT_EQ(ready.at("status"), "ready");
    EXPECT_EQ(ready.at("variantSets"), 1);
    EXPECT_EQ(ready.at("callSets"), 2);
    EXPECT_EQ(ready.at("indexing").at("files"), 0);
    ASSERT_EQ(ready.at("problems").as_array().size(), 1U);
    EXPECT_EQ(ready.at("problems").at(0).at("file"), "bad.bcf");
}

TEST_F(ops_test, metrics_are_in_the_format_of_prometheus) {
    server.start();
    const auto a = server.get("/metrics");
    EXPECT_EQ(a.field("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_THAT(a.body, HasSubstr("callstream_calls_streamed_total 0\n"));
}

}  // namespace
}  // namespace callstream::ops
