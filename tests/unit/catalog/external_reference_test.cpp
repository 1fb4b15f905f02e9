#include "engine/catalog/external_reference.hpp"

#include "tests/support/results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callstream::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(external_reference, cells_are_cut_at_every_separator) {
    EXPECT_THAT(parts_of(""), IsEmpty());
    EXPECT_THAT(parts_of("a"), ElementsAre("a"));
    EXPECT_THAT(parts_of("a;;b;"), ElementsAre("a", "", "b", ""));
    EXPECT_THAT(parts_of("a;b,c", ','), ElementsAre("a;b", "c"));
}

TEST(external_reference, one_source_stands_for_all_ids) {
    const auto one = external_references_of("a;b", "X").value();
    ASSERT_EQ(one.size(), 2U);
    EXPECT_EQ(one[1].id, "b");
    EXPECT_EQ(one[1].source, "X");
    EXPECT_EQ(external_references_of("a;b", "X;Y").value()[1].source, "Y");
    EXPECT_EQ(external_references_of("a;b", "").value()[1].source, "");
    EXPECT_THAT(external_references_of("", "X").value(), IsEmpty());
    EXPECT_TRUE(testing::fails_with(external_references_of("a", "X;Y"), errc::bad_request));
}

}  // namespace
}  // namespace callstream::catalog
