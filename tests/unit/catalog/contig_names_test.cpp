#include "engine/catalog/contig_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callstream::catalog {
namespace {

using ::testing::ElementsAre;

TEST(contig_names, the_prefix_chr_may_be_there_or_not) {
    const contig_names names;
    EXPECT_THAT(names.spellings("1"), ElementsAre("1", "chr1"));
    EXPECT_THAT(names.spellings("chr1"), ElementsAre("chr1", "1"));
    EXPECT_THAT(names.spellings("chr"), ElementsAre("chr", "chrchr"));
    EXPECT_THAT(names.spellings("chrM"), ElementsAre("chrM", "MT", "M", "chrMT"));
    EXPECT_THAT(names.spellings("MT"), ElementsAre("MT", "chrM", "M", "chrMT"));
}

TEST(contig_names, what_was_declared_comes_first) {
    contig_names names;
    names.declare({"1H", "chr1H", "NC_058519.1"});
    EXPECT_THAT(
        names.spellings("NC_058519.1"), ElementsAre("NC_058519.1", "1H", "chr1H", "chrNC_058519.1")
    );
    EXPECT_THAT(names.spellings("1H"), ElementsAre("1H", "chr1H", "NC_058519.1"));
    EXPECT_THAT(names.spellings("2H"), ElementsAre("2H", "chr2H"));
}

TEST(contig_names, a_declared_name_is_found_with_and_without_chr) {
    contig_names names;
    names.declare({"1", "NC_000001.11"});
    EXPECT_THAT(names.spellings("chr1"), ElementsAre("chr1", "1", "NC_000001.11"));
}

}  // namespace
}  // namespace callstream::catalog
