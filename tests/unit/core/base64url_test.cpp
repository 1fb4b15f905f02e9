#include "engine/core/base64url.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace callstream {
namespace {

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

}  // namespace
}  // namespace callstream
