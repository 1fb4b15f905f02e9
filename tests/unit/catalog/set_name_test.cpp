#include "engine/catalog/set_name.hpp"

#include <gtest/gtest.h>

namespace callstream::catalog {
namespace {

TEST(set_name, of_one_file_leaves_out_the_chromosome) {
    const std::pair<const char*, const char*> table[] = {
        {"panel", "panel"},
        {"panel.chr1", "panel"},
        {"panel_chr22.filtered", "panel.filtered"},
        {"chr7-panel", "panel"},
        {"chrX", "variants"},
        {"chrom12.x", "x"},
        {"Chromosome3.wheat", "wheat"},
        {"panel.chr2B", "panel"},
        {"panel.chr1H", "panel"},
        {"panel.chrMT", "panel"},
        {"sample_1", "sample_1"},
        {"chronic", "chronic"},
        {"x.chrx2", "x.chrx2"},
        {"two.dots", "two.dots"},
        {"a..b", "a..b"},
        {"ALL.chr22.phase3_v5b.20130502", "ALL.phase3_v5b.20130502"},
    };
    for (const auto& [stem, wanted] : table) EXPECT_EQ(name_of_one(stem), wanted) << stem;
}

TEST(set_name, series_are_told_apart_by_words_not_by_numbers) {
    const std::pair<const char*, const char*> same[] = {
        {"panel.chr1", "panel.chr22"},
        {"panel_1", "panel_22"},
        {"panel_1", "panel_X"},
        {"part01", "part2"},
        {"chr1", "chr2"},
        {"CEUtrio_X", "CEUtrio_Y"},
        {"a.chr1.snps", "a.chr2.snps"},
    };
    for (const auto& [a, b] : same) EXPECT_EQ(series_of(a), series_of(b)) << a << " " << b;
    const std::pair<const char*, const char*> different[] = {
        {"a", "b"}, {"panel.snps", "panel.indels"}, {"wheat_1", "rye_1"}, {"panel", "panels"}};
    for (const auto& [a, b] : different) EXPECT_NE(series_of(a), series_of(b)) << a << " " << b;
}

TEST(set_name, of_many_files_is_what_they_have_in_common) {
    using stems = std::vector<std::string>;
    const std::pair<stems, const char*> table[] = {
        {{"panel.chr1", "panel.chr2"}, "panel"},
        {{"panel_1.snps", "panel_2.snps"}, "panel.snps"},
        {{"chr1", "chr2", "chrX"}, "variants"},
        {{"part01", "part02"}, "part"},
        {{"p.1", "p.2.b"}, "p"},
        {{"1", "2"}, "variants"},
    };
    for (const auto& [all, wanted] : table) EXPECT_EQ(name_of_many(all), wanted) << all.front();
}

TEST(set_name, of_one_part_is_that_of_the_whole) {
    for (const char* stem : {"panel.chr1", "ALL.chr1.v5.20130502", "chr1"}) {
        std::string other(stem);
        other.replace(other.find("chr1"), 4, "chr2");
        EXPECT_EQ(name_of_many({stem, other}), name_of_one(stem)) << stem;
    }
}

}  // namespace
}  // namespace callstream::catalog
