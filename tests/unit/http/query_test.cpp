#include "server/http/query.hpp"

#include "tests/support/requests.hpp"
#include "tests/support/results.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::http {
namespace {

using testing::error_text;
using testing::fails_with;
using testing::make_request;

constexpr auto absent = std::nullopt;

TEST(query, present_and_empty_is_not_absent) {
    const auto request = make_request("GET /?a=1&empty=&flag");
    query q(request);
    EXPECT_EQ(q.text("a").value(), "1");
    EXPECT_EQ(q.text("empty").value(), "");
    EXPECT_EQ(q.text("flag").value(), "");
    EXPECT_EQ(q.text("other").value(), absent);
    EXPECT_EQ(q.text("A").value(), absent);
}

TEST(query, an_empty_filter_filters_nothing) {
    const auto request = make_request("GET /?a=1&empty=");
    query q(request);
    EXPECT_EQ(q.filter("a").value(), "1");
    EXPECT_EQ(q.filter("empty").value(), absent);
    EXPECT_EQ(q.filter("other").value(), absent);
}

TEST(query, integers_are_whole_numbers_or_refused_by_name) {
    const auto request = make_request(
        "GET /?zero=0&minus=-3&big=9223372036854775807&empty=&over=9223372036854775808"
        "&float=1.5&text=ten&space=%201&hex=0x1"
    );
    query q(request);
    EXPECT_EQ(q.integer("zero").value(), 0);
    EXPECT_EQ(q.integer("minus").value(), -3);
    EXPECT_EQ(q.integer("big").value(), 9223372036854775807);
    EXPECT_EQ(q.integer("empty").value(), absent);
    EXPECT_EQ(q.integer("other").value(), absent);
    for (const std::string name : {"over", "float", "text", "space", "hex"}) {
        EXPECT_EQ(error_text(q.integer(name)), name + " must be a whole number");
    }
}

TEST(query, booleans_are_true_or_false_in_any_case) {
    const auto request =
        make_request("GET /?a=true&b=FALSE&c=True&empty=&one=1&yes=yes&space=true%20");
    query q(request);
    EXPECT_EQ(q.boolean("a").value(), true);
    EXPECT_EQ(q.boolean("b").value(), false);
    EXPECT_EQ(q.boolean("c").value(), true);
    EXPECT_EQ(q.boolean("empty").value(), absent);
    EXPECT_EQ(q.boolean("other").value(), absent);
    for (const std::string name : {"one", "yes", "space"}) {
        EXPECT_EQ(error_text(q.boolean(name)), name + " must be true or false");
    }
}

TEST(query, a_parameter_given_twice_is_refused_even_if_equal) {
    const auto request = make_request("GET /?a=1&b=2&a=1&c=&c=");
    query q(request);
    EXPECT_TRUE(fails_with(q.text("a"), errc::bad_request));
    EXPECT_EQ(error_text(q.integer("a")), "a is given twice");
    EXPECT_EQ(error_text(q.filter("c")), "c is given twice");
    EXPECT_EQ(error_text(q.boolean("a")), "a is given twice");
    EXPECT_EQ(q.text("b").value(), "2");
}

TEST(query, names_that_nobody_asked_for_are_unknown_once_each) {
    const auto request = make_request("GET /?z=1&page=1&a=2&z=3&Page=4");
    query q(request);
    EXPECT_EQ(q.unknown(), (std::vector<std::string>{"z", "page", "a", "Page"}));
    (void)q.integer("page");
    (void)q.text("absent");
    EXPECT_EQ(q.unknown(), (std::vector<std::string>{"z", "a", "Page"}));
}

TEST(query, a_question_mark_or_an_ampersand_alone_is_no_parameter) {
    for (const char* target : {"GET /?", "GET /?known=1&", "GET /?&known=1", "GET /?known=1&&"}) {
        const auto request = make_request(target);
        query q(request);
        (void)q.text("known");
        EXPECT_TRUE(q.unknown().empty()) << target;
    }
}

}  // namespace
}  // namespace callstream::http
