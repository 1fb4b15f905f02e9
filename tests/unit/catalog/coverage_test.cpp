#include "engine/catalog/coverage.hpp"

#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

namespace callstream::catalog {
namespace {

using kind = relation::kind;
using testing::many_records;
using testing::vcf_builder;

coverage indexed(const std::vector<covered_contig>& contigs) {
    coverage c;
    if (!contigs.empty()) c.start = {contigs.front().name, contigs.front().first_pos0};
    c.contigs_known = c.positions_known = true;
    c.contigs = contigs;
    return c;
}
coverage with_contigs(const std::string& start, const std::vector<std::string>& names) {
    coverage c;
    c.start = {start, 7};
    c.contigs_known = true;
    for (const auto& name : names) c.contigs.push_back({.name = name});
    return c;
}
coverage starting_at(const std::string& contig, std::int64_t pos0) {
    coverage c;
    c.start = {contig, pos0};
    return c;
}

TEST(relation, of_indexed_files_is_judged_by_positions) {
    struct expectation {
        std::vector<coverage> files;
        kind wanted;
    };
    const expectation table[] = {
        {{indexed({{"1", 5, 10}}), indexed({{"1", 11, 20}})}, kind::disjoint},
        {{indexed({{"1", 5, 10}}), indexed({{"1", 10, 20}})}, kind::overlap},
        {{indexed({{"1", 11, 20}}), indexed({{"1", 5, 10}}), indexed({{"2", 5, 30}})},
         kind::disjoint},
        {{indexed({{"1", 0, 99}}), indexed({{"1", 50, 50}})}, kind::overlap},
        {{indexed({{"1", 0, 9}, {"2", 0, 9}}), indexed({{"2", 8, 12}})}, kind::overlap},
        {{indexed({}), indexed({{"2", 8, 12}})}, kind::disjoint},
    };
    for (const auto& row : table) EXPECT_EQ(relation_of(row.files).is, row.wanted);
}

TEST(relation, names_two_files_that_overlap) {
    const auto r =
        relation_of({indexed({{"1", 0, 9}}), indexed({{"2", 0, 9}}), indexed({{"2", 9, 12}})});
    EXPECT_EQ(r.is, kind::overlap);
    EXPECT_EQ(r.first, 1U);
    EXPECT_EQ(r.second, 2U);
    EXPECT_EQ(r.contig, "2");
}

TEST(relation, of_files_with_foreign_indexes_is_judged_by_contigs) {
    EXPECT_EQ(relation_of({with_contigs("1", {"1"}), with_contigs("2", {"2"})}).is, kind::disjoint);
    EXPECT_EQ(
        relation_of({with_contigs("1", {"1", "2"}), with_contigs("2", {"2"})}).is, kind::unknown
    );
    EXPECT_EQ(relation_of({indexed({{"1", 0, 9}}), with_contigs("2", {"2"})}).is, kind::disjoint);
}

TEST(relation, without_indexes_equal_starts_are_all_that_is_known) {
    EXPECT_EQ(relation_of({starting_at("1", 5), starting_at("1", 5)}).is, kind::overlap);
    EXPECT_EQ(relation_of({starting_at("1", 5), starting_at("1", 6)}).is, kind::unknown);
    EXPECT_EQ(relation_of({starting_at("1", 5), indexed({{"1", 5, 9}})}).is, kind::overlap);
    EXPECT_EQ(relation_of({starting_at("1", 5), with_contigs("2", {"2"})}).is, kind::unknown);
}

TEST(coverage, comes_from_our_index_else_from_one_beside_the_file_else_from_the_first_record) {
    const testing::temp_dir dir;
    const auto path = dir / "a.bcf";
    many_records(10).write_bcf(path);
    const auto open = [&] { return variants::variant_file::open(path).value(); };
    const auto alone = coverage_of(*open());
    EXPECT_FALSE(alone.contigs_known);
    EXPECT_EQ(alone.start, (variants::variant_place{"1", 109}));
    testing::run_tool("bcftools index " + path.string());
    const auto beside = coverage_of(*open());
    EXPECT_TRUE(beside.contigs_known);
    EXPECT_FALSE(beside.positions_known);
    ASSERT_EQ(beside.contigs.size(), 2U);
    EXPECT_EQ(beside.contigs[1].name, "2");
    const auto file = open();
    ASSERT_TRUE(file->make_index(dir / "state", {}));
    const auto own = coverage_of(*file);
    EXPECT_TRUE(own.positions_known);
    ASSERT_EQ(own.contigs.size(), 2U);
    EXPECT_EQ(own.contigs[0].first_pos0, 109);
    EXPECT_EQ(own.contigs[0].last_pos0, 169);
}

TEST(coverage, of_a_file_without_records_is_known) {
    const testing::temp_dir dir;
    vcf_builder().write_vcf_gz(dir / "a.vcf.gz");
    const auto c = coverage_of(*variants::variant_file::open(dir / "a.vcf.gz").value());
    EXPECT_TRUE(c.positions_known);
    EXPECT_TRUE(c.contigs.empty());
}

TEST(coverage, an_index_of_another_file_is_not_believed) {
    const testing::temp_dir dir;
    vcf_builder().record("2", 5, "GT", {"0/1", "0/0"}).write_vcf_gz(dir / "other.vcf.gz");
    testing::run_tool("bcftools index " + (dir / "other.vcf.gz").string());
    vcf_builder().record("1", 5, "GT", {"0/1", "0/0"}).write_vcf_gz(dir / "a.vcf.gz");
    std::filesystem::rename(dir / "other.vcf.gz.csi", dir / "a.vcf.gz.csi");
    std::filesystem::last_write_time(
        dir / "a.vcf.gz.csi", std::filesystem::file_time_type::clock::now()
    );
    EXPECT_FALSE(coverage_of(*variants::variant_file::open(dir / "a.vcf.gz").value()).contigs_known
    );
}

}  // namespace
}  // namespace callstream::catalog
