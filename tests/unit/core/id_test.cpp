#include "engine/core/id.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace callstream {
namespace {

TEST(id, every_byte_comes_back) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) {
        const std::string one(1, static_cast<char>(byte));
        EXPECT_EQ(id::decode(id::encode(one)), one) << byte;
        all += one;
    }
    EXPECT_EQ(id::decode(id::encode(all)), all);
}

TEST(id, only_letters_digits_underscore_and_hyphen_stay_as_they_are) {
    const std::pair<std::string, std::string> table[] = {
        {"", ""},
        {"Az09_-", "Az09_-"},
        {"a.b", "a.2Eb"},
        {"a b", "a.20b"},
        {"a~b", "a.7Eb"},
        {"dir/file", "dir.2Ffile"},
        {"50%", "50.25"},
        {"M\xC3\xBCller", "M.C3.BCller"},
        {std::string("\0", 1), ".00"},
        {"\xFF", ".FF"},
    };
    for (const auto& [part, encoded] : table) EXPECT_EQ(id::encode(part), encoded);
}

TEST(id, a_second_spelling_is_refused) {
    for (const char* text : {".41", ".7a", ".5F", ".2D", ".39", ".2f", ".c3", ".fF"}) {
        EXPECT_EQ(id::decode(text), std::nullopt) << text;
    }
}

TEST(id, text_that_no_encoding_makes_is_refused) {
    for (const char* text :
         {".", ".2", "a.", "a.2", ".G0", ".0G", "..2E", "a b", "a~b", "%20", "/"}) {
        EXPECT_EQ(id::decode(text), std::nullopt) << text;
    }
    EXPECT_EQ(id::decode("M\xC3\xBCller"), std::nullopt);
    EXPECT_EQ(id::decode(std::string("a\0b", 3)), std::nullopt);
}

TEST(id, decoding_stops_at_the_end_of_its_view) {
    const std::string_view text = "a.2E";
    EXPECT_EQ(id::decode(text.substr(0, 3)), std::nullopt);
    EXPECT_EQ(id::decode(text.substr(0, 2)), std::nullopt);
    EXPECT_EQ(id::decode(text), "a.");
}

TEST(id, split_last_takes_the_part_behind_the_last_tilde) {
    using parts = std::pair<std::string_view, std::string_view>;
    EXPECT_EQ(id::split_last("set~file~sample"), (parts{"set~file", "sample"}));
    EXPECT_EQ(id::split_last("a~"), (parts{"a", ""}));
    EXPECT_EQ(id::split_last("~b"), (parts{"", "b"}));
    EXPECT_EQ(id::split_last("~"), (parts{"", ""}));
    EXPECT_EQ(id::split_last("whole"), std::nullopt);
    EXPECT_EQ(id::split_last(""), std::nullopt);
}

TEST(id, a_tilde_in_a_name_does_not_move_the_split) {
    const std::string joined = id::join(id::encode("data~set"), id::encode("~sample~"));
    const auto parts = id::split_last(joined);
    ASSERT_TRUE(parts);
    EXPECT_EQ(id::decode(parts->first), "data~set");
    EXPECT_EQ(id::decode(parts->second), "~sample~");
}

}  // namespace
}  // namespace callstream
