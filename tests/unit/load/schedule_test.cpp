#include "server/load/schedule.hpp"

#include <gtest/gtest.h>

namespace callstream::load {
namespace {

using namespace std::chrono_literals;

const steady::time_point begin{100s};

TEST(schedule, without_a_rate_a_request_is_due_when_it_is_taken) {
    schedule s({.duration = 10s}, begin);
    const auto slot = s.take(begin + 3s);
    ASSERT_TRUE(slot);
    EXPECT_EQ(slot->number, 0U);
    EXPECT_EQ(slot->due, begin + 3s);
    EXPECT_EQ(s.take(begin + 4s)->number, 1U);
}

TEST(schedule, ends_with_its_time) {
    schedule s({.duration = 10s}, begin);
    EXPECT_TRUE(s.take(begin + 9999ms));
    EXPECT_FALSE(s.take(begin + 10s));
}

TEST(schedule, ends_with_its_requests) {
    schedule s({.requests = 2, .duration = 10s}, begin);
    EXPECT_TRUE(s.take(begin));
    EXPECT_TRUE(s.take(begin));
    EXPECT_FALSE(s.take(begin));
}

TEST(schedule, at_a_rate_requests_keep_their_times_however_late_they_are_taken) {
    schedule s({.duration = 10s, .rate = 4}, begin);
    EXPECT_EQ(s.take(begin)->due, begin);
    EXPECT_EQ(s.take(begin)->due, begin + 250ms);
    // All connections were busy until now: the next ones are late, and stay so.
    EXPECT_EQ(s.take(begin + 5s)->due, begin + 500ms);
    EXPECT_EQ(s.take(begin + 11s)->due, begin + 750ms);
}

TEST(schedule, at_a_rate_as_many_requests_are_made_as_fit_the_time) {
    schedule s({.duration = 2s, .rate = 10}, begin);
    int made = 0;
    while (s.take(begin)) ++made;
    EXPECT_EQ(made, 20);
}

TEST(schedule, can_be_closed) {
    schedule s({.duration = 10s, .rate = 10}, begin);
    EXPECT_TRUE(s.take(begin));
    s.close();
    EXPECT_FALSE(s.take(begin));
}

}  // namespace
}  // namespace callstream::load
