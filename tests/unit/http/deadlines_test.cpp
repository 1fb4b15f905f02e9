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

TEST(body_pace, a_steady_body_at_the_least_rate_always_has_its_grace) {
    const deadlines limits{.body = 10s};
    const auto began = deadlines::clock::now();
    body_pace pace(limits, began);
    for (int second = 0; second < 4096; ++second) {
        const auto now = began + std::chrono::seconds(second);
        const auto received = static_cast<std::uint64_t>(second) * 1024;
        ASSERT_EQ(pace.due(received, now), now + 10s) << second;
    }
}

TEST(body_pace, a_body_that_came_fast_may_not_stall_for_long) {
    const deadlines limits{.body = 10s};
    const auto began = deadlines::clock::now();
    body_pace pace(limits, began);
    EXPECT_EQ(pace.due(0, began), began + 10s);
    EXPECT_EQ(pace.due(3 << 20, began + 1s), began + 11s);
    EXPECT_EQ(pace.due((3 << 20) + 1, began + 9s), began + 11s) << "a byte gains nothing";
    EXPECT_EQ(pace.due((3 << 20) + 2048, began + 10s), began + 13s);
    EXPECT_EQ(pace.due((3 << 20) + 10240, began + 12s), began + 22s);
}

TEST(body_pace, a_body_below_the_least_rate_runs_out_of_time) {
    const deadlines limits{.body = 10s};
    const auto began = deadlines::clock::now();
    body_pace pace(limits, began);
    int second = 0;
    auto now = began;
    while (now <= pace.due(static_cast<std::uint64_t>(second) * 900, now) && second < 1000) {
        now = began + std::chrono::seconds(++second);
    }
    EXPECT_LT(second, 100);
    EXPECT_GT(second, 10);
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
