#include "engine/core/clock.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <utility>

namespace callstream {
namespace {

std::string text_of(std::int64_t seconds) {
    return utc_text(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
}

TEST(clock, seconds_become_rfc_3339_in_utc) {
    const std::pair<std::int64_t, std::string> table[] = {
        {0, "1970-01-01T00:00:00Z"},
        {-1, "1969-12-31T23:59:59Z"},
        {59, "1970-01-01T00:00:59Z"},
        {951'782'399, "2000-02-28T23:59:59Z"},
        {951'782'400, "2000-02-29T00:00:00Z"},
        {1'769'850'900, "2026-01-31T09:15:00Z"},
        {4'102'444'800, "2100-01-01T00:00:00Z"},
        {253'402'300'799, "9999-12-31T23:59:59Z"},
    };
    for (const auto& [seconds, text] : table) EXPECT_EQ(text_of(seconds), text);
}

TEST(clock, http_dates_are_in_gmt_with_english_names) {
    const auto text = [](std::int64_t s) {
        return http_date(std::chrono::sys_seconds(std::chrono::seconds(s)));
    };
    EXPECT_EQ(text(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(text(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110's example
    EXPECT_EQ(text(951'782'400), "Tue, 29 Feb 2000 00:00:00 GMT");
}

TEST(clock, http_dates_are_read_as_they_are_written) {
    for (const std::int64_t s : {0LL, 784'111'777LL, 951'782'400LL, 1'769'850'900LL}) {
        const std::chrono::sys_seconds when{std::chrono::seconds(s)};
        EXPECT_EQ(parse_http_date(http_date(when)), when);
    }
    for (const char* text :
         {"",
          "Sunday, 06-Nov-94 08:49:37 GMT",
          "Sun Nov  6 08:49:37 1994",
          "Mon, 06 Nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 UTC",
          "Sun, 06 Nox 1994 08:49:37 GMT",
          "Sun, 06 ovD 1994 08:49:37 GMT",
          "Sun, 31 Feb 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 24:49:37 GMT",
          "Sun, 06 Nov 1994 08:4x:37 GMT"}) {
        EXPECT_FALSE(parse_http_date(text)) << text;
    }
}

TEST(clock, nanoseconds_are_cut_off) {
    EXPECT_EQ(utc_text_of_ns(1'769'850'900'999'999'999), "2026-01-31T09:15:00Z");
}

TEST(clock, now_has_the_same_form) {
    const std::regex form(R"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z)");
    EXPECT_TRUE(std::regex_match(utc_now_text(), form)) << utc_now_text();
}

TEST(clock, both_common_forms_of_a_file_date_are_read) {
    const std::pair<const char*, const char*> table[] = {
        {"20090805", "2009-08-05T00:00:00Z"},
        {"2009-08-05", "2009-08-05T00:00:00Z"},
        {"20240229", "2024-02-29T00:00:00Z"},
        {"2000-12-31", "2000-12-31T00:00:00Z"},
    };
    for (const auto& [text, day] : table) {
        const auto date = parse_file_date(text);
        ASSERT_TRUE(date) << text;
        EXPECT_EQ(utc_text(*date), day);
    }
}

TEST(clock, what_is_no_date_of_these_forms_is_nothing) {
    for (const char* text :
         {"",          "-",         "2009",      "200908",        "20230229",   "20091301",
          "20090832",  "20090800",  "20090005",  "2009/08/05",    "05.08.2009", "2009-8-5",
          "200908055", " 20090805", "20090805 ", "2009-08-05T00", "today",      "20O90805",
          "+20090805", "2009-08"}) {
        EXPECT_EQ(parse_file_date(text), std::nullopt) << text;
    }
}

TEST(clock, a_date_with_hyphens_elsewhere_is_nothing) {
    for (const char* text :
         {"2-0090805", "-20090805", "20090805-", "2009--0805", "20-09-0805", "2009-08-0-5"}) {
        EXPECT_EQ(parse_file_date(text), std::nullopt) << text;
    }
}

TEST(clock, points_in_time_come_in_many_forms) {
    using std::chrono::milliseconds;
    const std::pair<const char*, std::int64_t> table[] = {
        {"2018-01-01T14:47:23-0600", 1514839643000},
        {"2018-01-01T14:47:23-06:00", 1514839643000},
        {"2018-01-01T20:47:23Z", 1514839643000},
        {"2018-01-01 20:47:23Z", 1514839643000},
        {"2018-01-02T02:17:23+0530", 1514839643000},
        {"2018-01-01T20:47:23.5Z", 1514839643500},
        {"2018-01-01T20:47:23.123456789Z", 1514839643123},
        {"2018-01-01", 1514764800000},
        {"1969-12-31T23:59:59Z", -1000},
    };
    for (const auto& [text, ms] : table) {
        const auto when = parse_date_time(text);
        ASSERT_TRUE(when) << text;
        EXPECT_EQ(when->time_since_epoch(), milliseconds(ms)) << text;
    }
}

TEST(clock, other_points_in_time_are_nothing) {
    for (const char* text :
         {"",
          "2018",
          "20180101",
          "2018-01-01T",
          "2018-01-01T14:47",
          "2018-01-01T14:47:23",
          "2018-01-01T24:00:00Z",
          "2018-01-01T14:60:00Z",
          "2018-01-01T14:47:61Z",
          "2018-01-01T14:47:23.Z",
          "2018-01-01T14:47:23.1234567890Z",
          "2018-01-01T14:47:23+6",
          "2018-01-01T14:47:23+0660",
          "2018-01-01T14:47:23Zx",
          "2018-02-30T14:47:23Z",
          "yesterday"}) {
        EXPECT_EQ(parse_date_time(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace callstream
