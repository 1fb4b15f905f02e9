#include "engine/paging/signed_text.hpp"

#include "engine/paging/page_token.hpp"

#include <gtest/gtest.h>

#include <string>

namespace callstream::paging {
namespace {

const signing_key& key() {
    static const signing_key made("a secret of enough bytes");
    return made;
}

TEST(signed_text, comes_back_as_it_was) {
    for (const auto& text :
         {std::string(), std::string("{}"), std::string("a\0b", 3), std::string(5000, 'x')}) {
        const auto s = sign_text(key(), "search", text);
        EXPECT_EQ(open_signed_text(key(), "search", s), text);
        EXPECT_EQ(s, sign_text(signing_key("a secret of enough bytes"), "search", text));
    }
}

TEST(signed_text, every_change_is_noticed) {
    const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const auto s = sign_text(key(), "search", "{\"a\":[\"b\"]}");
    for (std::size_t at = 0; at < s.size(); ++at) {
        for (const char c : letters + "=. ~") {
            if (c == s[at]) continue;
            std::string other = s;
            other[at] = c;
            ASSERT_EQ(open_signed_text(key(), "search", other), std::nullopt) << at << c;
        }
        ASSERT_EQ(open_signed_text(key(), "search", s.substr(0, at)), std::nullopt) << at;
        ASSERT_EQ(open_signed_text(key(), "search", s.substr(at + 1)), std::nullopt) << at;
    }
    EXPECT_EQ(open_signed_text(key(), "search", s + "A"), std::nullopt);
    EXPECT_EQ(open_signed_text(key(), "search", s + s), std::nullopt);
}

TEST(signed_text, is_good_for_its_purpose_and_its_key_only) {
    const auto s = sign_text(key(), "search", "text");
    EXPECT_EQ(open_signed_text(key(), "searc", s), std::nullopt);
    EXPECT_EQ(open_signed_text(key(), "search2", s), std::nullopt);
    EXPECT_EQ(
        open_signed_text(signing_key("another secret, long enough"), "search", s), std::nullopt
    );
    const auto token = token_signer(key()).issue({}, {});
    EXPECT_EQ(open_signed_text(key(), "search", token), std::nullopt);
}

TEST(signed_text, is_never_a_page_token) {
    // A token's length, and what a token would have in front.
    const auto s = sign_text(key(), "search", std::string(104, '\1'));
    ASSERT_EQ(s.size(), 160U);
    const auto read = token_signer(key()).read(s, {});
    ASSERT_FALSE(read.has_value());
    EXPECT_NE(read.error().text.find("was altered"), std::string::npos);
}

}  // namespace
}  // namespace callstream::paging
