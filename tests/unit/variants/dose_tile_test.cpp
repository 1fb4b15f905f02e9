#include "engine/variants/dose_tile.hpp"

#include "engine/variants/variant_file.hpp"
#include "tests/support/results.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace callstream::variants {
namespace {

using ::testing::ElementsAre;
using testing::fails_with;
using testing::has_value;

/// Genotypes and the dose that each is, as a part of 254.
struct sample_cell {
    std::string text;
    int dose;
};
const std::vector<sample_cell> cells = {
    {"0/0", 0},
    {"0|1", 127},
    {"1/2", 254},
    {"./.", 255},
    {"./1", 254},
    {"0", 0},
    {"0/0/0/1", 64},
    {"1|1", 254},
};
constexpr std::uint32_t samples = 5;

/// Which of `cells` stands where.
std::size_t cell_at(std::uint64_t record, std::uint32_t sample) {
    return (record * 3 + sample * 5 + record * sample) % cells.size();
}

class dose_tile_test : public ::testing::TestWithParam<bool> {
 protected:
    void SetUp() override {
        add("1", 40);
        add("2", 37);
        for (const auto& file : files) {
            ASSERT_TRUE(has_value(file->make_index(dir / "state", {})));
            std::atomic<std::uint64_t> bytes{0};
            if (!GetParam()) continue;
            ASSERT_TRUE(has_value(file->make_columns(dir / "state", bytes, {})));
        }
    }
    void add(const std::string& contig, int count) {
        testing::vcf_builder builder;
        builder.samples({"a", "b", "c", "d", "e"});
        for (int i = 0; i < count; ++i, ++records) {
            std::vector<std::string> row;
            for (std::uint32_t s = 0; s < samples; ++s)
                row.push_back(cells[cell_at(records, s)].text);
            builder.record(contig, 100 + i, "GT", row, ".", "C,G");
        }
        const auto path = dir / (contig + ".vcf.gz");
        builder.write_vcf_gz(path, 300);
        files.push_back(variant_file::open(path).value());
    }
    /// The same worked out genotype by genotype.
    static std::vector<int> expected(const dose_window& w) {
        std::vector<int> out;
        for (std::uint64_t r = 0; r < w.rows; ++r) {
            for (std::uint64_t c = 0; c < w.columns; ++c) {
                double sum = 0;
                int count = 0;
                for (auto s = r * w.samples.size() / w.rows;
                     s < (r + 1) * w.samples.size() / w.rows;
                     ++s)
                    for (auto v = c * (w.end - w.first) / w.columns;
                         v < (c + 1) * (w.end - w.first) / w.columns;
                         ++v) {
                        const int dose = cells[cell_at(w.first + v, w.samples[s])].dose;
                        const int other =
                            w.alike_to ? cells[cell_at(w.first + v, *w.alike_to)].dose : 0;
                        if (dose == 255 || other == 255) continue;
                        sum += w.alike_to ? 254 - std::abs(dose - other) : dose;
                        ++count;
                    }
                out.push_back(count == 0 ? 255 : static_cast<int>(std::floor(sum / count + 0.5)));
            }
        }
        return out;
    }
    void expect_tile(const dose_window& w) {
        const auto tile = make_dose_tile(set_view(files), w).value();
        EXPECT_EQ(std::vector<int>(tile.cells.begin(), tile.cells.end()), expected(w));
        EXPECT_EQ(tile.step, 1U);
        EXPECT_EQ(tile.from_columns, GetParam());
    }

    testing::temp_dir dir;
    file_list files;
    std::uint64_t records = 0;
};

TEST_P(dose_tile_test, single_calls_are_their_dose) {
    expect_tile({0, 77, {0, 1, 2, 3, 4}, 5, 77});
}

TEST_P(dose_tile_test, cells_of_several_calls_are_means_over_the_borders_of_files) {
    expect_tile({0, 77, {0, 1, 2, 3, 4}, 2, 10});
    expect_tile({3, 76, {4, 0, 2}, 3, 7});
    expect_tile({39, 41, {1}, 1, 1});
}

TEST_P(dose_tile_test, likeness_is_measured_against_one_sample) {
    expect_tile({0, 77, {0, 1, 2, 3, 4}, 5, 77, 2});
    expect_tile({10, 60, {0, 1, 4}, 1, 9, 3});
}

INSTANTIATE_TEST_SUITE_P(from_records_and_columns, dose_tile_test, ::testing::Bool());

TEST(dose_tile, waits_for_the_index) {
    const testing::temp_dir dir;
    testing::many_records(3).write_vcf_gz(dir / "a.vcf.gz");
    const file_list files = {variant_file::open(dir / "a.vcf.gz").value()};
    EXPECT_TRUE(fails_with(make_dose_tile(set_view(files), {0, 1, {0}, 1, 1}), errc::unavailable));
}

TEST(dose_tile, looks_at_some_records_of_a_wide_window_and_says_so) {
    const testing::temp_dir dir;
    testing::vcf_builder builder;
    for (int i = 0; i < 3000; ++i) builder.record("1", 10 + i, "GT", {"0/1", "1/1"});
    builder.write_vcf_gz(dir / "a.vcf.gz", 100);  // every block has but a few
    const file_list files = {variant_file::open(dir / "a.vcf.gz").value()};
    ASSERT_TRUE(has_value(files[0]->make_index(dir / "state", {})));
    const auto tile = make_dose_tile(set_view(files), {0, 3000, {0, 1}, 2, 3}).value();
    EXPECT_EQ(tile.step, 8U) << "1,000 records to a column, at most 512 / 3 of them looked at";
    EXPECT_THAT(tile.cells, ElementsAre(127, 127, 127, 254, 254, 254));
}

}  // namespace
}  // namespace callstream::variants
