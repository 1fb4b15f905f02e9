#include "engine/core/secret.hpp"

#include <gtest/gtest.h>

namespace callstream {
namespace {

TEST(secret, digests_are_those_of_the_standard) {  // FIPS 180-4, examples
    EXPECT_EQ(
        sha256_text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    EXPECT_EQ(sha256_text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(secret, no_two_are_the_same) {
    EXPECT_EQ(random_bytes(32).size(), 32U);
    EXPECT_NE(random_bytes(32), random_bytes(32));
}

}  // namespace
}  // namespace callstream
