#include "server/http/deadlines.hpp"

#include <gtest/gtest.h>

namespace callstream::http {
namespace {

using namespace std::chrono_literals;

TEST(deadlines, a_body_has_its_grace_and_then_a_second_for_each_kib) {
    const deadlines limits{.body = 10s};
    const auto began = deadlines::clock::now();
    EXPECT_EQ(limits.body_due(began, 0), began + 10s);
    EXPECT_EQ(limits.body_due(began, 1023), began + 10s) << "a byte at a time gains nothing";
    EXPECT_EQ(limits.body_due(began, 1024), began + 11s);
    EXPECT_EQ(limits.body_due(began, 8 << 20), began + 10s + 8192s);
}

TEST(deadlines, each_block_has_its_time_however_much_was_taken_before) {
    const deadlines limits{.send = 60s};
    EXPECT_EQ(limits.block_time(0s, 0), 60s);
    EXPECT_EQ(limits.block_time(0s, 10'000'000'000), 60s);
    EXPECT_EQ(limits.block_time(1000s, 10'000'000'000), 60s);
}

TEST(deadlines, a_reader_below_the_least_rate_runs_out_of_time) {
    const deadlines limits{.send = 60s};
    EXPECT_EQ(limits.block_time(20s, 0), 40s);
    EXPECT_EQ(limits.block_time(60s, 0), 0s);
    EXPECT_EQ(limits.block_time(70s, 0), 0s) << "never negative";
    EXPECT_EQ(limits.block_time(100s, 40 * 4096), 0s);
    EXPECT_EQ(limits.block_time(100s, 70 * 4096), 30s);
    EXPECT_EQ(limits.block_time(100s, 100 * 4096), 60s) << "at the rate";
}

}  // namespace
}  // namespace callstream::http
