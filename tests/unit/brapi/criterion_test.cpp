#include "server/brapi/criterion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callstream::brapi {
namespace {

using ::testing::ElementsAre;

TEST(criterion, fits_any_of_its_texts_exactly) {
    criterion c;
    EXPECT_FALSE(c.wanted());
    EXPECT_TRUE(c.fits("anything"));
    c.add({"b", "a", "b"});
    c.add({"c"});
    EXPECT_TRUE(c.wanted());
    EXPECT_THAT(c.texts(), ElementsAre("a", "b", "c"));
    for (const char* text : {"a", "b", "c"}) EXPECT_TRUE(c.fits(text)) << text;
    for (const char* text : {"", "A", "ab", "d"}) EXPECT_FALSE(c.fits(text)) << text;
}

TEST(criterion, of_one_external_reference_id_and_source_must_fit) {
    const std::vector<catalog::external_reference> references = {{"a", "X"}, {"b", "Y"}};
    const auto of = [](std::vector<std::string> texts) {
        criterion c;
        c.add(std::move(texts));
        return c;
    };
    EXPECT_TRUE(fits_references({}, {}, {}));
    EXPECT_TRUE(fits_references(references, of({"a"}), of({"X"})));
    EXPECT_TRUE(fits_references(references, {}, of({"Y"})));
    EXPECT_FALSE(fits_references(references, of({"a"}), of({"Y"})));
    EXPECT_FALSE(fits_references({}, of({"a"}), {}));
}

}  // namespace
}  // namespace callstream::brapi
