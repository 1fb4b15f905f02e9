#include "engine/variants/select_variants.hpp"

#include "tests/support/results.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace callstream::variants {
namespace {

using ::testing::ElementsAre;
using testing::fails_with;
using ::testing::IsEmpty;
using testing::vcf_builder;

std::vector<std::uint64_t> ordinals_of(const selection& s) {
    std::vector<std::uint64_t> out;
    for (std::uint64_t rank = 0; rank < s.size(); ++rank) out.push_back(s[rank]);
    return out;
}

/// Contig 1 with six records, an empty file, contigs 1 and 2 with four more.
class select_variants_test : public ::testing::Test {
 protected:
    void SetUp() override {
        const std::vector<std::string> cells = {"0|1", "1|1"};
        vcf_builder first;
        for (const char* name : {"a", "b;c", ".", ".", "a"})
            first.record("1", 100, "GT", cells, name);
        first.record("1", 250, "GT", cells);
        add(first);
        add(vcf_builder());
        vcf_builder last;
        last.record("1", 300, "GT", cells, "rs:9").record("1", 301, "GT", cells, "1:250");
        last.record("2", 100, "GT", cells).record("2", 100, "GT", cells, "b");
        add(last);
    }
    void add(const vcf_builder& file) {
        const auto path = dir / (std::to_string(files.size()) + ".vcf.gz");
        file.write_vcf_gz(path, 200);
        files.push_back(variant_file::open(path).value());
    }
    std::vector<std::uint64_t> chosen(const variant_criteria& wanted) {
        for (const auto& file : files) EXPECT_TRUE(file->make_index(dir / "state", {}));
        return ordinals_of(select_variants(set_view(files), wanted).value());
    }
    std::vector<std::uint64_t> chosen_by(named_variants wanted) {
        return chosen({.named = {std::move(wanted)}});
    }
    std::vector<std::uint64_t> chosen_in(std::vector<region> regions) {
        return chosen({.regions = {std::move(regions)}});
    }

    testing::temp_dir dir;
    file_list files;
};

TEST_F(select_variants_test, by_place_and_number) {
    EXPECT_THAT(
        chosen_by({.places = {{"1", 99, 1}, {"1", 99, 5}, {"1", 249, 1}}}), ElementsAre(0, 4, 5)
    );
    EXPECT_THAT(
        chosen_by({.places = {{"2", 99, 2}, {"1", 299, 1}, {"2", 99, 1}}}), ElementsAre(6, 8, 9)
    );
    const std::vector<numbered_place> nowhere = {
        {"1", 99, 6},
        {"1", 99, 0},
        {"1", 98, 1},
        {"1", 400, 1},
        {"3", 99, 1},
        {"", 99, 1},
        {"1", -1, 1}};
    EXPECT_THAT(chosen_by({.places = nowhere}), IsEmpty());
}

TEST_F(select_variants_test, one_by_its_place) {
    EXPECT_TRUE(fails_with(find_variant(set_view(files), {"1", 99, 1}), errc::unavailable));
    chosen({});
    const std::vector<std::pair<numbered_place, std::optional<std::uint64_t>>> table = {
        {{"1", 99, 1}, 0},
        {{"1", 99, 5}, 4},
        {{"1", 299, 1}, 6},
        {{"2", 99, 2}, 9},
        {{"1", 99, 6}, std::nullopt},
        {{"1", 99, 0}, std::nullopt},
        {{"1", 98, 1}, std::nullopt},
        {{"3", 99, 1}, std::nullopt},
        {{"", 99, 1}, std::nullopt}};
    for (const auto& [place, ordinal] : table) {
        EXPECT_EQ(find_variant(set_view(files), place).value(), ordinal)
            << place.contig << ":" << place.pos0 << "~" << place.duplicate;
    }
}

TEST_F(select_variants_test, by_each_of_their_names) {
    EXPECT_THAT(chosen_by({.names = {"a"}}), ElementsAre(0, 4));
    EXPECT_THAT(chosen_by({.names = {"b"}}), ElementsAre(1, 9));
    EXPECT_THAT(chosen_by({.names = {"c"}}), ElementsAre(1));
    EXPECT_THAT(chosen_by({.names = {"b;c", "rs:9"}}), ElementsAre(1, 6));
    EXPECT_THAT(chosen_by({.names = {"", ".", "x", "B", ";", "b;"}}), IsEmpty());
}

TEST_F(select_variants_test, by_place_when_they_have_no_name) {
    EXPECT_THAT(chosen_by({.names = {"1:100"}}), ElementsAre(2, 3));
    EXPECT_THAT(chosen_by({.names = {"1:250"}}), ElementsAre(5, 7))
        << "somebody gave that as a name, too";
    EXPECT_THAT(
        chosen_by({.names = {"2:100", "1:0", "1:-5", "1:", ":100", "1:1000"}}), ElementsAre(8)
    );
}

TEST_F(select_variants_test, waits_for_the_index) {
    EXPECT_TRUE(fails_with(select_variants(set_view(files), {}), errc::unavailable));
    EXPECT_THAT(chosen({}), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)) << "without criteria, all";
    EXPECT_THAT(chosen_by({}), IsEmpty());
}

/// Contig 1: a deletion of 100 bases at 1000, one of 200,000 at 2000, then SNPs; contig 2: a SNP.
class select_regions_test : public select_variants_test {
 protected:
    void SetUp() override {
        const std::vector<std::string> cells = {"0|1", "1|1"};
        vcf_builder file;
        file.meta("INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">");
        file.line("1\t1000\t.\t" + std::string(100, 'A') + "\tA\t.\t.\t.\tGT\t0|1\t0|0");
        file.line("1\t2000\t.\tA\t<DEL>\t.\t.\tEND=202000\tGT\t0|1\t0|0");
        for (const long at : {3000L, 3000L, 3001L, 100'000L, 250'000L}) {
            file.record("1", at, "GT", cells);
        }
        file.record("2", 3000, "GT", cells);
        add(file);
    }
};

TEST_F(select_regions_test, are_those_that_the_records_cover) {
    using r = std::vector<region>;
    EXPECT_THAT(chosen_in(r{{"1", 2999, 3000}}), ElementsAre(1, 2, 3));
    EXPECT_THAT(chosen_in(r{{"1", 3000, 3001}}), ElementsAre(1, 4));
    EXPECT_THAT(chosen_in(r{{"1", 1050, 1051}}), ElementsAre(0)) << "it reaches in from the left";
    EXPECT_THAT(chosen_in(r{{"1", 1098, 1099}}), ElementsAre(0));
    EXPECT_THAT(chosen_in(r{{"1", 1099, 1999}}), IsEmpty());
    EXPECT_THAT(chosen_in(r{{"1", 201'999, 202'000}}), ElementsAre(1)) << "from far left";
    EXPECT_THAT(chosen_in(r{{"1", 202'000, 249'999}}), IsEmpty());
    EXPECT_THAT(chosen_in(r{{"2"}}), ElementsAre(7));
    EXPECT_THAT(chosen_in(r{{std::nullopt, 2999, 3000}}), ElementsAre(1, 2, 3, 7));
    EXPECT_THAT(chosen_in(r{{"1", 240'000}, {"1", 0, 1000}}), ElementsAre(0, 6));
    EXPECT_THAT(chosen_in(r{{"1", 10, 10}, {"3"}, {"1", 20, 10}}), IsEmpty());
    EXPECT_THAT(chosen_in({}), IsEmpty());
}

TEST_F(select_regions_test, can_ask_for_those_that_start_in_them) {
    const auto starts = [&](region in) {
        in.must_start = true;
        return chosen_in({in});
    };
    EXPECT_THAT(starts({"1", 2999, 3000}), ElementsAre(2, 3));
    EXPECT_THAT(starts({"1", 1999, 3000}), ElementsAre(1, 2, 3));
    EXPECT_THAT(starts({"1", 1050, 1051}), IsEmpty());
    EXPECT_THAT(starts({std::nullopt, 2999, 3001}), ElementsAre(2, 3, 4, 7));
    EXPECT_THAT(starts({"1", -1, 2000}), ElementsAre(0, 1));
    EXPECT_THAT(starts({"2"}), ElementsAre(7));
}

TEST_F(select_regions_test, many_of_them_find_what_each_alone_finds) {
    std::vector<region> all;
    std::vector<std::uint64_t> wanted;
    for (std::int64_t at = 0; at < 260'000; at += 999) {
        all.push_back({"1", at, at + 5});
        all.push_back({"1", at, at + 5});
        const auto alone = chosen_in({{"1", at, at + 5}});
        wanted.insert(wanted.end(), alone.begin(), alone.end());
    }
    for (int i = 0; i < 100; ++i) all.push_back({"no" + std::to_string(i), 0, 10});
    all.push_back({"2", 2999, 3000});
    wanted.push_back(7);
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    std::reverse(all.begin(), all.end());
    EXPECT_EQ(chosen_in(all), wanted);
    EXPECT_GT(wanted.size(), 2U);
}

TEST_F(select_regions_test, are_cut_with_each_other_and_with_names) {
    const region left{"1", 0, 3000};
    const region right{"1", 2999, 4000};
    EXPECT_THAT(chosen({.regions = {{left}, {right}}}), ElementsAre(1, 2, 3));
    EXPECT_THAT(
        chosen({.named = {{.places = {{"1", 2999, 2}, {"1", 3000, 1}}}}, .regions = {{left}}}),
        ElementsAre(3)
    );
}

/// Four samples; records whose counts are easily told.
class select_counts_test : public select_variants_test {
 protected:
    void SetUp() override {
        vcf_builder file;
        file.samples({"a", "b", "c", "d"});
        file.record("1", 1, "GT", {"0/0", "0/0", "0/0", "0/1"});              // MAF 1/8, het 1/4
        file.record("1", 2, "GT", {"1/1", "1/1", "1/1", "0/1"});              // MAF 1/8
        file.record("1", 3, "GT", {"0/1", "0/1", "./1", "./."});              // missing 1/2, het 1
        file.record("1", 4, "GT", {"0/1", "2/2", "2/2", "0/0"}, ".", "C,G");  // 1/8 and 4/8
        file.record("1", 5, "GT", {"./.", "./.", "./.", "./."});
        file.record("1", 6, "GT", {"0/0", "0/0", "0/0", "0/0"}, ".", ".");  // no ALT
        add(file);
    }
    std::vector<std::uint64_t> counted(const count_bounds& counts) {
        return chosen({.counts = counts});
    }
};

TEST_F(select_counts_test, minor_frequency_is_that_of_any_alt) {
    EXPECT_THAT(counted({.minor_frequency = {0.125, {}}}), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(counted({.minor_frequency = {0.126, {}}}), ElementsAre(2, 3));
    EXPECT_THAT(counted({.minor_frequency = {{}, 0.125}}), ElementsAre(0, 1, 3));
    EXPECT_THAT(counted({.minor_frequency = {0, 0.4}}), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(counted({.minor_frequency = {0.51, {}}}), IsEmpty());
}

TEST_F(select_counts_test, half_missing_is_missing) {
    EXPECT_THAT(counted({.missing = {{}, 0}}), ElementsAre(0, 1, 3, 5));
    EXPECT_THAT(counted({.missing = {0.5, {}}}), ElementsAre(2, 4));
    EXPECT_THAT(counted({.missing = {0.5, 0.99}}), ElementsAre(2));
}

TEST_F(select_counts_test, heterozygous_is_of_those_that_are_complete) {
    EXPECT_THAT(counted({.heterozygous = {0.25, 0.25}}), ElementsAre(0, 1, 3));
    EXPECT_THAT(counted({.heterozygous = {1, {}}}), ElementsAre(2));
    EXPECT_THAT(counted({.heterozygous = {{}, 0}}), ElementsAre(5))
        << "where nobody is, nothing fits";
}

TEST_F(select_counts_test, and_alleles) {
    EXPECT_THAT(counted({.alleles_max = 2}), ElementsAre(0, 1, 2, 4, 5));
    EXPECT_THAT(counted({.alleles_max = 1}), ElementsAre(5));
}

}  // namespace
}  // namespace callstream::variants
