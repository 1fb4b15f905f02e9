#include "engine/paging/signing_key.hpp"

#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace callstream::paging {
namespace {

using testing::has_value;

std::string text_of(const signature& s) {
    return {s.begin(), s.end()};
}

TEST(base64url, is_that_of_the_rfc_without_padding) {
    const std::pair<const char*, const char*> table[] = {
        {"", ""},
        {"f", "Zg"},
        {"fo", "Zm8"},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg"},
        {"fooba", "Zm9vYmE"},
        {"foobar", "Zm9vYmFy"},
        {"\xFB\xFF\xFE", "-__-"}};
    for (const auto& [bytes, text] : table) {
        EXPECT_EQ(to_base64url(bytes), text);
        EXPECT_EQ(from_base64url(text), bytes) << text;
    }
}

TEST(base64url, every_byte_comes_back) {
    std::string bytes;
    for (int i = 0; i < 600; ++i) {
        EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes) << i;
        bytes += static_cast<char>(i * 37);
    }
}

TEST(base64url, has_one_spelling) {
    for (const char* text :
         {"Z", "Zm9vZ", "Zh", "Zm9", "Zm9vYh", "Zm8=", "Zg==", "Zm 9v", "Zm+v", "Zm/v", "Zm9v\n"}) {
        EXPECT_EQ(from_base64url(text), std::nullopt) << text;
    }
    EXPECT_EQ(from_base64url(std::string_view("Zm\0v", 4)), std::nullopt);
}

TEST(signing_key, signs_the_same_with_the_same_secret_only) {
    const signing_key key("a secret of enough bytes");
    const auto s = key.sign("text");
    EXPECT_EQ(signing_key("a secret of enough bytes").sign("text"), s);
    EXPECT_NE(signing_key("a secret of enough byteS").sign("text"), s);
    EXPECT_NE(key.sign("texT"), s);
    EXPECT_TRUE(key.verify("text", text_of(s)));
    EXPECT_FALSE(key.verify("texT", text_of(s)));
    EXPECT_FALSE(key.verify("text", ""));
    EXPECT_FALSE(key.verify("text", text_of(s).substr(1)));
    EXPECT_FALSE(key.verify("text", text_of(s) + "x"));
    for (std::size_t at = 0; at < s.size(); ++at) {
        auto other = s;
        other[at] ^= 1;
        EXPECT_FALSE(key.verify("text", text_of(other))) << at;
    }
}

TEST(signing_key, comes_from_a_file_that_is_made_once) {
    const testing::temp_dir dir;
    const auto first = signing_key::from_file(dir / "key", true);
    ASSERT_TRUE(has_value(first));
    EXPECT_EQ(signing_key::from_file(dir / "key", false)->sign("x"), first->sign("x"));
    EXPECT_EQ(signing_key(testing::read_file(dir / "key")).sign("x"), first->sign("x"));
    EXPECT_FALSE(has_value(signing_key::from_file(dir / "absent", false)));
}

}  // namespace
}  // namespace callstream::paging
