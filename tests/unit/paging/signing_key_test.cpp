#include "engine/paging/signing_key.hpp"

#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <string>

namespace callstream::paging {
namespace {

using testing::has_value;

std::string text_of(const signature& s) {
    return {s.begin(), s.end()};
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
