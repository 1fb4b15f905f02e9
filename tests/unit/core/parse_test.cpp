#include "engine/core/parse.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace callstream {
namespace {

TEST(parse_integer, the_whole_text_is_the_number) {
    EXPECT_EQ(parse_integer<int>("0"), 0);
    EXPECT_EQ(parse_integer<int>("-0"), 0);
    EXPECT_EQ(parse_integer<int>("007"), 7);
    EXPECT_EQ(parse_integer<int>("-5"), -5);
    EXPECT_EQ(parse_integer<std::uint16_t>("65535"), 65535);
    EXPECT_EQ(
        parse_integer<std::int64_t>("-9223372036854775808"),
        std::numeric_limits<std::int64_t>::min()
    );
    EXPECT_EQ(
        parse_integer<std::uint64_t>("18446744073709551615"),
        std::numeric_limits<std::uint64_t>::max()
    );
}

TEST(parse_integer, anything_else_is_nothing) {
    for (const char* text :
         {"",
          " ",
          "-",
          "+",
          "+1",
          " 1",
          "1 ",
          "1.0",
          "1e3",
          "0x10",
          "1,000",
          "--1",
          "ten",
          "1\n"}) {
        EXPECT_EQ(parse_integer<int>(text), std::nullopt) << text;
    }
    EXPECT_EQ(parse_integer<int>(std::string_view("1\0", 2)), std::nullopt);
}

TEST(parse_integer, a_number_that_does_not_fit_is_nothing) {
    EXPECT_EQ(parse_integer<std::uint16_t>("65536"), std::nullopt);
    EXPECT_EQ(parse_integer<unsigned>("-1"), std::nullopt);
    EXPECT_EQ(parse_integer<std::int64_t>("9223372036854775808"), std::nullopt);
    EXPECT_EQ(parse_integer<std::int64_t>("99999999999999999999999999"), std::nullopt);
}

TEST(is_all_digits, says_no_to_the_empty_text_and_to_signs) {
    EXPECT_TRUE(is_all_digits("0"));
    EXPECT_TRUE(is_all_digits("99999999999999999999999999"));
    for (const char* text : {"", "-1", "+1", "1 ", "1a", "\xD9\xA1"}) {
        EXPECT_FALSE(is_all_digits(text)) << text;
    }
}

}  // namespace
}  // namespace callstream
