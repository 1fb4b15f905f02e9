#include "server/streaming/json_text.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace callstream::streaming {
namespace {

const std::string replacement = "\xEF\xBF\xBD";  // U+FFFD

TEST(json_text, what_json_must_escape_is_escaped) {
    const std::pair<std::string, std::string> table[] = {
        {"", ""},
        {"plain text 123", "plain text 123"},
        {"\"", "\\\""},
        {"\\", "\\\\"},
        {"/", "/"},
        {"\n\r\t", "\\n\\r\\t"},
        {"\b\f", "\\u0008\\u000c"},
        {std::string("\0", 1), "\\u0000"},
        {"\x1f", "\\u001f"},
        {"\x7f", "\\u007f"},
        {" ~", " ~"},
    };
    for (const auto& [text, escaped] : table) EXPECT_EQ(json_escaped(text), escaped);
}

TEST(json_text, valid_utf8_stays_as_it_is) {
    for (const std::string text : {
             "M\xC3\xBCller",     // two bytes
             "\xC2\x80",          // the first of two bytes
             "\xDF\xBF",          // the last
             "\xE0\xA0\x80",      // the first of three
             "\xE2\x86\x92",      //
             "\xED\x9F\xBF",      // before the surrogates
             "\xEE\x80\x80",      // behind them
             "\xEF\xBF\xBF",      // the last of three
             "\xF0\x90\x80\x80",  // the first of four
             "\xF0\x9F\x8C\xBE",  //
             "\xF4\x8F\xBF\xBF",  // the last character of all
         }) {
        EXPECT_EQ(json_escaped(text), text);
    }
}

TEST(json_text, each_byte_that_is_not_utf8_becomes_a_replacement_character) {
    const std::pair<std::string, int> table[] = {
        {"\xFC", 1},              // Latin-1
        {"\x80", 1},              // a continuation alone
        {"\xBF", 1},              //
        {"\xC3", 1},              // cut off
        {"\xE2\x86", 2},          //
        {"\xF0\x9F\x8C", 3},      //
        {"\xC0\x80", 2},          // longer than needed
        {"\xC1\xBF", 2},          //
        {"\xE0\x9F\xBF", 3},      //
        {"\xF0\x8F\xBF\xBF", 4},  //
        {"\xED\xA0\x80", 3},      // a surrogate
        {"\xED\xBF\xBF", 3},      //
        {"\xF4\x90\x80\x80", 4},  // beyond the last character
        {"\xF5\x80\x80\x80", 4},  //
        {"\xFE\xFF", 2},          //
    };
    for (const auto& [bytes, count] : table) {
        std::string expected;
        for (int i = 0; i < count; ++i) expected += replacement;
        EXPECT_EQ(json_escaped("a" + bytes + "z"), "a" + expected + "z")
            << ::testing::PrintToString(bytes);
        EXPECT_EQ(json_escaped(bytes), expected) << ::testing::PrintToString(bytes);
    }
}

TEST(json_text, a_broken_sequence_does_not_swallow_what_follows) {
    EXPECT_EQ(json_escaped("\xC3\""), replacement + "\\\"");
    EXPECT_EQ(json_escaped("\xE2\x86\""), replacement + replacement + "\\\"");
    EXPECT_EQ(json_escaped("\xE2\xC3\xBC"), replacement + "\xC3\xBC");
}

TEST(json_text, a_parser_reads_back_every_byte_that_is_ascii) {
    for (int byte = 0; byte < 128; ++byte) {
        const std::string text(3, static_cast<char>(byte));
        const auto parsed = boost::json::parse(json_quoted(text));
        EXPECT_EQ(std::string(parsed.as_string()), text) << byte;
    }
}

TEST(json_text, any_two_bytes_give_valid_json) {
    for (int pair = 0; pair < 65536; ++pair) {
        const char bytes[] = {static_cast<char>(pair >> 8), static_cast<char>(pair & 255)};
        boost::json::error_code ec;
        boost::json::parse(json_quoted({bytes, 2}), ec);
        ASSERT_FALSE(ec) << pair;
    }
}

TEST(json_text, quotes_stand_around_the_escaped_text) {
    EXPECT_EQ(json_quoted("a\"b"), "\"a\\\"b\"");
    EXPECT_EQ(json_quoted(""), "\"\"");
}

}  // namespace
}  // namespace callstream::streaming
