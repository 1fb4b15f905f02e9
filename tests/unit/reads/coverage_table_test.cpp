#include "engine/reads/coverage_table.hpp"

#include "engine/reads/depth.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/reads_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <string>

namespace callstream::reads {
namespace {

using testing::bam_read;
using testing::fails_with;
using testing::has_value;

TEST(coverage_width, targets_are_rounded_down_to_the_ladder) {
    const std::pair<std::int64_t, std::int64_t> table[] = {
        {-1, 2048},
        {0, 2048},
        {1, 2048},
        {2047, 2048},
        {2048, 2048},
        {4095, 2048},
        {4096, 4096},
        {5000, 4096},
        {8191, 4096},
        {8192, 8192},
        {1'000'000, 524288},
        {whole_reference, whole_reference},
        {1LL << 40, 1LL << 40},
    };
    for (const auto& [target, width] : table) EXPECT_EQ(coverage_width(target), width) << target;
}

/// References a (10,000 bases), b (without reads), c (2,000) and d (5,000).
class coverage_table_test : public ::testing::Test {
 protected:
    coverage_table_test() {
        const auto read = [](std::int32_t reference, std::int32_t pos0, std::uint32_t length) {
            return testing::bam_record_bytes({reference, pos0, {{length, 'M'}}, 0, 0, ""});
        };
        testing::write_file(
            dir_ / "x.bam",
            testing::bgzf_file(
                testing::bam_header_bytes(
                    "", {{"a", 10'000}, {"b", 7'000}, {"c", 2'000}, {"d", 5'000}}
                ) +
                read(0, 2'000, 100) + read(0, 9'000, 500) + read(2, 0, 2'000) + read(3, 4'990, 100)
            )
        );
        pass_progress progress;
        const auto file = reads_file::open(dir_ / "x.bam").value();
        EXPECT_TRUE(has_value(make_coverage(*file, {}, path_, progress, {})));
    }
    std::uint64_t made_for() const {
        std::uint64_t out = 0;
        std::memcpy(&out, testing::read_file(path_).data() + 8, sizeof out);
        return out;
    }
    /// "a:0-2048=0.5 ..."
    std::string list(coverage_query query, coverage_place from = {}, std::size_t count = 99) const {
        const auto table = coverage_table::load(path_, made_for()).value();
        std::string out;
        for (const auto& b : list_buckets(*table, query, from, count)) {
            out += std::string(out.empty() ? "" : " ") + "abcd"[b.reference] + ":" +
                   std::to_string(b.start0) + "-" + std::to_string(b.end0) + "=" +
                   std::to_string(std::llround(b.mean * static_cast<double>(b.end0 - b.start0)));
        }
        return out;
    }

    testing::temp_dir dir_{testing::fast_parent()};
    std::filesystem::path path_ = dir_ / "x.coverage";
};

TEST_F(coverage_table_test, buckets_of_any_width_are_listed) {
    EXPECT_EQ(
        list({.width = 2048}),
        "a:0-2048=48 a:2048-4096=52 a:8192-10000=500 c:0-2000=2000 d:4096-5000=10"
    );
    EXPECT_EQ(list({.width = 4096}), "a:0-4096=100 a:8192-10000=500 c:0-2000=2000 d:4096-5000=10");
    EXPECT_EQ(list({.width = 8192}), "a:0-8192=100 a:8192-10000=500 c:0-2000=2000 d:0-5000=10");
    EXPECT_EQ(list({.width = 16384}), "a:0-10000=600 c:0-2000=2000 d:0-5000=10");
    EXPECT_EQ(list({}), "a:0-10000=600 c:0-2000=2000 d:0-5000=10");
}

TEST_F(coverage_table_test, buckets_of_a_range_are_listed_uncut) {
    EXPECT_EQ(list({.reference = 0, .width = 2048}), "a:0-2048=48 a:2048-4096=52 a:8192-10000=500");
    EXPECT_EQ(list({.reference = 1, .width = 2048}), "");
    EXPECT_EQ(list({.reference = 3}), "d:0-5000=10");
    EXPECT_EQ(list({.reference = 9}), "");
    const auto in = [&](std::int64_t start, std::int64_t end) {
        return list({.reference = 0, .start0 = start, .end0 = end, .width = 2048});
    };
    EXPECT_EQ(in(0, 1), "a:0-2048=48");
    EXPECT_EQ(in(2047, 2048), "a:0-2048=48");
    EXPECT_EQ(in(2047, 2049), "a:0-2048=48 a:2048-4096=52");
    EXPECT_EQ(in(2048, 8192), "a:2048-4096=52");
    EXPECT_EQ(in(9999, 10'000), "a:8192-10000=500");
    EXPECT_EQ(in(10'000, 20'000), "");
    EXPECT_EQ(in(5, 5), "");
    EXPECT_EQ(in(-5, 0), "");
}

TEST_F(coverage_table_test, pages_add_up_to_the_whole) {
    for (const std::int64_t width : {std::int64_t{2048}, std::int64_t{4096}, whole_reference}) {
        for (const std::size_t size : {1U, 2U, 3U}) {
            const auto table = coverage_table::load(path_, made_for()).value();
            const auto all = list_buckets(*table, {.width = width}, {}, 99);
            std::size_t listed = 0;
            coverage_place from;
            for (;;) {
                const auto page = list_buckets(*table, {.width = width}, from, size);
                if (page.empty()) break;
                EXPECT_LE(page.size(), size);
                for (const auto& bucket : page) {
                    ASSERT_LT(listed, all.size());
                    EXPECT_EQ(bucket.reference, all[listed].reference);
                    EXPECT_EQ(bucket.start0, all[listed].start0);
                    EXPECT_EQ(bucket.mean, all[listed].mean);
                    ++listed;
                }
                from = {page.back().reference, page.back().end0};
            }
            EXPECT_EQ(listed, all.size());
        }
    }
    EXPECT_EQ(list({.width = 2048}, {0, 1}, 1), "a:2048-4096=52");
    EXPECT_EQ(list({}, {}, 0), "");
}

TEST_F(coverage_table_test, a_table_of_other_bytes_or_none_is_an_error) {
    EXPECT_TRUE(fails_with(coverage_table::load(dir_ / "none", 1), errc::file_unusable));
    const auto foreign = coverage_table::load(path_, made_for() + 1);
    EXPECT_EQ(testing::error_text(foreign), "the coverage table belongs to another file");
}

TEST_F(coverage_table_test, any_damage_is_an_error) {
    const std::string whole = testing::read_file(path_);
    const auto number = made_for();
    const auto refused = [&](const std::string& changed) {
        testing::write_file(dir_ / "damaged", changed);
        EXPECT_TRUE(fails_with(coverage_table::load(dir_ / "damaged", number), errc::file_unusable)
        );
    };
    testing::for_each_truncation(whole, refused);
    testing::for_each_flip(whole, 2'000, 1, refused);
    refused(whole + '\0');
}

TEST_F(coverage_table_test, derived_files_are_named_by_what_they_belong_to) {
    EXPECT_EQ(coverage_path("state", 0xab), "state/00000000000000ab.coverage");
}

}  // namespace
}  // namespace callstream::reads
