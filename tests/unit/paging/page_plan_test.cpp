#include "engine/paging/page_plan.hpp"

#include "tests/support/results.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace callstream::paging {
namespace {

using testing::error_text;
using testing::fails_with;

constexpr auto none = std::nullopt;
constexpr auto int64_max = std::numeric_limits<std::int64_t>::max();
constexpr auto uint64_max = std::numeric_limits<std::uint64_t>::max();

TEST(page_plan, parameters_that_are_absent_stay_absent) {
    const auto plan = plan_request(none, none, none).value();
    EXPECT_EQ(plan.page, none);
    EXPECT_EQ(plan.size, none);
    EXPECT_EQ(plan.token, none);
}

TEST(page_plan, page_and_size_are_taken_as_they_are) {
    const auto plan = plan_request(0, 1, none).value();
    EXPECT_EQ(plan.page, 0);
    EXPECT_EQ(plan.size, 1);
    EXPECT_EQ(plan_request(int64_max, int64_max, none)->size, int64_max);
}

TEST(page_plan, an_opaque_token_wins_over_page_and_keeps_size) {
    const auto plan = plan_request(3, 7, "AbC-_9").value();
    EXPECT_EQ(plan.token, "AbC-_9");
    EXPECT_EQ(plan.page, none);
    EXPECT_EQ(plan.size, 7);
}

TEST(page_plan, a_token_of_digits_is_a_page_number_and_wins_over_page) {
    const auto plan = plan_request(3, none, "12").value();
    EXPECT_EQ(plan.page, 12);
    EXPECT_EQ(plan.token, none);
    EXPECT_EQ(plan_request(none, none, "0")->page, 0);
    EXPECT_EQ(plan_request(none, none, "9223372036854775807")->page, int64_max);
}

TEST(page_plan, an_empty_token_is_the_first_page) {
    const auto plan = plan_request(none, 5, "").value();
    EXPECT_EQ(plan.page, none);
    EXPECT_EQ(plan.token, none);
}

TEST(page_plan, what_no_page_can_be_is_refused_with_the_reason) {
    EXPECT_EQ(
        error_text(plan_request(-1, none, none)), "page must be 0 or more; pages are counted from 0"
    );
    EXPECT_EQ(error_text(plan_request(none, 0, none)), "pageSize must be 1 or more");
    EXPECT_TRUE(fails_with(plan_request(none, -5, none), errc::bad_request));
    EXPECT_TRUE(fails_with(plan_request(-1, 10, "opaque"), errc::bad_request));
    EXPECT_EQ(
        error_text(plan_request(none, none, "9223372036854775808")),
        "pageToken is too large for a page number"
    );
}

TEST(page_plan, the_first_item_saturates_instead_of_overflowing) {
    EXPECT_EQ(first_item(0, int64_max), 0U);
    EXPECT_EQ(first_item(3, 1000), 3000U);
    EXPECT_EQ(first_item(1, int64_max), static_cast<std::uint64_t>(int64_max));
    EXPECT_EQ(first_item(2, int64_max), uint64_max - 1);
    EXPECT_EQ(first_item(3, int64_max), uint64_max);
    EXPECT_EQ(first_item(int64_max, int64_max), uint64_max);
}

TEST(page_plan, the_last_page_may_be_a_part) {
    EXPECT_EQ(page_count(0, 10), 0U);
    EXPECT_EQ(page_count(1, 10), 1U);
    EXPECT_EQ(page_count(10, 10), 1U);
    EXPECT_EQ(page_count(11, 10), 2U);
    EXPECT_EQ(page_count(uint64_max, 1), uint64_max);
    EXPECT_EQ(page_count(uint64_max, 2), uint64_max / 2 + 1);
}

}  // namespace
}  // namespace callstream::paging
