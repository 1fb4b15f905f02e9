#include "engine/core/lower_case.hpp"

#include <gtest/gtest.h>

namespace callstream {
namespace {

TEST(lower_case, is_of_ascii_letters_alone) {
    EXPECT_EQ(lower_case("Content-TYPE 9"), "content-type 9");
    EXPECT_EQ(lower_case(""), "");
    EXPECT_EQ(lower_case("\xC3\x84\x80\xFF@[`{"), "\xC3\x84\x80\xFF@[`{");
}

}  // namespace
}  // namespace callstream
