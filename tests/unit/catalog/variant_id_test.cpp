#include "engine/catalog/variant_id.hpp"

#include <gtest/gtest.h>

namespace callstream::catalog {
namespace {

TEST(variant_id, names_a_place_of_its_variant_set) {
    const auto place = place_of_variant_id("main~panel~chr1~101~2", "main~panel");
    ASSERT_TRUE(place);
    EXPECT_EQ(place->contig, "chr1");
    EXPECT_EQ(place->pos0, 100);
    EXPECT_EQ(place->duplicate, 2U);
    EXPECT_EQ(place_of_variant_id("main~panel~HLA.3A1~0~1", "main~panel")->contig, "HLA:1");
    EXPECT_EQ(place_of_variant_id("main~panel~1~0~1", "main~panel")->pos0, -1);
}

TEST(variant_id, is_nothing_else) {
    for (const char* other :
         {"",
          "rs1",
          "main~panel",
          "main~panel~",
          "main~panel~1",
          "main~panel~1~101",
          "main~panel2~1~101~1",
          "other~panel~1~101~1",
          "main~panel~1~101~",
          "main~panel~1~x~1",
          "main~panel~1~-5~1",
          "main~panel~1~101~1~",
          "main~panel~a:b~101~1",
          "main~panel~1~99999999999999999999~1"}) {
        EXPECT_FALSE(place_of_variant_id(other, "main~panel")) << other;
    }
}

}  // namespace
}  // namespace callstream::catalog
