#include "engine/variants/site_bins.hpp"

#include "engine/variants/variant_file.hpp"
#include "tests/support/results.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

namespace callstream::variants {
namespace {

using testing::fails_with;
using testing::has_value;

/// Contig 1 (1,000,000 bases) over two files, contig 2 (2,000,000) in the second one.
class site_bins_test : public ::testing::Test {
 protected:
    void SetUp() override {
        testing::vcf_builder first;
        first.record("1", 1, "GT", {"0/1", "1/1"});
        first.record("1", 250'000, "GT", {"0/0", "./."});
        first.record("1", 250'001, "GT", {"./.", "."});
        testing::vcf_builder second;
        second.record("1", 1'000'000, "GT", {"0/1", "./1"});
        second.record("2", 500'001, "GT", {"1/2", "0/0"}, ".", "C,G");
        add(first);
        add(second);
    }
    void add(const testing::vcf_builder& builder) {
        const auto path = dir / (std::to_string(files.size()) + ".vcf.gz");
        builder.write_vcf_gz(path);
        files.push_back(variant_file::open(path).value());
    }
    void index() {
        for (const auto& file : files) {
            ASSERT_TRUE(has_value(file->make_index(dir / "state", {})));
        }
    }
    static std::vector<std::uint64_t> counts(const binned_contig& contig) {
        std::vector<std::uint64_t> out;
        for (const auto& bin : contig.bins) out.push_back(bin.records);
        return out;
    }

    testing::temp_dir dir;
    file_list files;
};

using counted = std::vector<std::uint64_t>;

TEST_F(site_bins_test, bins_have_one_width_over_all_contigs) {
    index();
    const auto sites = bin_sites(set_view(files), {}, 12).value();
    EXPECT_EQ(sites.bin_width, 250'000);
    ASSERT_EQ(sites.contigs.size(), 2U);
    EXPECT_EQ(counts(sites.contigs[0]), (counted{2, 1, 0, 1}));
    EXPECT_EQ(counts(sites.contigs[1]), (counted{0, 0, 1, 0, 0, 0, 0, 0}));
    EXPECT_EQ(sites.contigs[0].first_ordinal, 0U);
    EXPECT_EQ(sites.contigs[0].records, 4U);
    EXPECT_EQ(sites.contigs[1].first_ordinal, 4U);
    EXPECT_EQ(sites.contigs[1].end0, 2'000'000);
}

TEST_F(site_bins_test, sums_leave_out_what_a_record_cannot_say) {
    index();
    const auto bins = bin_sites(set_view(files), {}, 12).value().contigs[0].bins;
    EXPECT_EQ(bins[0].called_records, 2U);
    EXPECT_DOUBLE_EQ(bins[0].other_alleles, 3.0 / 4 + 0.0);
    EXPECT_EQ(bins[0].missing_samples, 1U);
    EXPECT_EQ(bins[0].complete_records, 2U);
    EXPECT_DOUBLE_EQ(bins[0].heterozygous, 1.0 / 2 + 0.0);
    EXPECT_EQ(bins[1].called_records, 0U);
    EXPECT_EQ(bins[1].complete_records, 0U);
    EXPECT_EQ(bins[1].missing_samples, 2U);
    EXPECT_DOUBLE_EQ(bins[3].other_alleles, 2.0 / 3) << "a half-missing genotype has one allele";
    EXPECT_DOUBLE_EQ(bins[3].heterozygous, 1.0) << "and is no complete one";
}

TEST_F(site_bins_test, a_stretch_is_cut_to_its_ends) {
    index();
    const auto sites = bin_sites(set_view(files), {"1", 249'999, 250'001}, 2).value();
    EXPECT_EQ(sites.bin_width, 1);
    ASSERT_EQ(sites.contigs.size(), 1U);
    EXPECT_EQ(counts(sites.contigs[0]), (counted{1, 1}));
    EXPECT_EQ(sites.contigs[0].first_ordinal, 1U);
    EXPECT_TRUE(fails_with(bin_sites(set_view(files), {"3", 0, 0}, 2), errc::not_found));
}

TEST_F(site_bins_test, stretches_have_ordinals_over_the_borders_of_files) {
    index();
    struct row {
        binned_stretch of;
        std::uint64_t first;
        std::uint64_t end;
    };
    const std::vector<row> rows = {
        {{"1", 0, 0}, 0, 4},
        {{"1", 250'000, 0}, 2, 4},
        {{"1", 1, 250'000}, 1, 2},
        {{"1", 300'000, 400'000}, 0, 0},
        {{"2", 0, 0}, 4, 5},
    };
    for (const auto& r : rows) {
        const auto found = ordinals_in(set_view(files), r.of).value();
        EXPECT_EQ(found.first, r.first) << r.of.contig << ":" << r.of.begin0;
        EXPECT_EQ(found.end, r.end) << r.of.contig << ":" << r.of.begin0;
    }
    EXPECT_TRUE(fails_with(ordinals_in(set_view(files), {"3", 0, 0}), errc::not_found));
}

TEST_F(site_bins_test, a_telomere_counts_to_the_first_base) {
    testing::vcf_builder whole;
    whole.record("1", 0, "GT", {"0/1", "1/1"});
    whole.record("1", 1, "GT", {"0/1", "1/1"});
    files.clear();
    add(whole);
    index();
    const auto contig = bin_sites(set_view(files), {}, 4).value().contigs.at(0);
    EXPECT_EQ(counts(contig), (counted{2, 0, 0, 0}));
    EXPECT_EQ(contig.records, 2U);
    const auto found = ordinals_in(set_view(files), {"1", 0, 1}).value();
    EXPECT_EQ(found.end - found.first, 2U);
}

TEST_F(site_bins_test, lengths_that_no_sum_can_hold_make_wide_bins) {
    testing::vcf_builder whole;
    for (const auto* name : {"long", "longer", "longest"}) {
        whole.meta("contig=<ID=" + std::string(name) + ",length=9223372036854775807>");
        whole.record(name, 5, "GT", {"0/1", "1/1"});
    }
    files.clear();
    add(whole);
    index();
    const auto sites = bin_sites(set_view(files), {}, 10).value();
    ASSERT_EQ(sites.contigs.size(), 3U);
    for (const auto& contig : sites.contigs) {
        EXPECT_LE(contig.bins.size(), 5U);
        EXPECT_EQ(contig.bins.at(0).records, 1U);
    }
}

TEST_F(site_bins_test, parts_that_take_turns_have_a_contig_more_than_once) {
    testing::vcf_builder first;
    testing::vcf_builder second;
    for (const auto* name : {"1", "2"}) {
        first.record(name, 100, "GT", {"0/1", "1/1"});
        first.record(name, 200, "GT", {"0/1", "1/1"});
        second.record(name, 5'000, "GT", {"0/1", "1/1"});
    }
    files.clear();
    add(first);
    add(second);
    index();
    const auto sites = bin_sites(set_view(files), {}, 1000).value();
    struct row {
        std::string name;
        std::int64_t begin0;
        std::int64_t end0;
        std::uint64_t first;
        std::uint64_t records;
    };
    const row rows[] = {
        {"1", 99, 200, 0, 2},
        {"2", 99, 200, 2, 2},
        {"1", 4'999, 5'000, 4, 1},
        {"2", 4'999, 5'000, 5, 1}};
    ASSERT_EQ(sites.contigs.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) {
        const auto& c = sites.contigs[i];
        EXPECT_EQ(
            std::tie(c.name, c.begin0, c.end0, c.first_ordinal, c.records),
            std::tie(rows[i].name, rows[i].begin0, rows[i].end0, rows[i].first, rows[i].records)
        ) << i;
    }
    EXPECT_EQ(bin_sites(set_view(files), {"2", 0, 0}, 10).value().contigs.size(), 2U);
    EXPECT_TRUE(fails_with(ordinals_in(set_view(files), {"1", 0, 0}), errc::bad_request));
    const auto together = ordinals_in(set_view(files), {"1", 0, 1000}).value();
    EXPECT_EQ(together.first, 0U);
    EXPECT_EQ(together.end, 2U);
}

TEST_F(site_bins_test, waits_for_the_index) {
    EXPECT_TRUE(fails_with(bin_sites(set_view(files), {}, 2), errc::unavailable));
    EXPECT_TRUE(fails_with(ordinals_in(set_view(files), {"1", 0, 0}), errc::unavailable));
}

}  // namespace
}  // namespace callstream::variants
