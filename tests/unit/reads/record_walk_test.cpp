#include "engine/reads/record_walk.hpp"

#include "engine/hts/bam_fields.hpp"
#include "tests/support/reads_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::reads {
namespace {

struct seen_record {
    std::string name;
    record_place place;

    bool operator==(const seen_record&) const = default;
};

class record_walk_test : public ::testing::Test {
 protected:
    /// Blocks so small that most records lie in several.
    record_walk_test() {
        auto content = testing::bam_header_bytes("@HD\tVN:1.6\tSO:coordinate\n", {{"a", 9999}});
        for (int i = 0; i < 50; ++i)
            content += testing::bam_record_bytes(0, 10 * i, 0, "read" + std::to_string(i));
        content += testing::bam_record_bytes(-1, -1, 4, "unplaced");
        testing::write_file(path_, testing::bgzf_file(content, 100));
    }

    std::vector<seen_record> walk(
        std::vector<read_region> regions, std::optional<record_place> from = std::nullopt
    ) {
        const auto file = reads_file::open(path_);
        const auto walk = record_walk::open(*file, path_, std::move(regions), {}, from);
        std::vector<seen_record> out;
        for (;;) {
            const auto step = (*walk)->next();
            if (*step == record_walk::step::pause) continue;
            if (*step == record_walk::step::end) return out;
            const auto name = hts::fields_of((*walk)->record()).name;
            out.push_back({std::string(name), (*walk)->place()});
        }
    }

    testing::temp_dir dir_;
    std::filesystem::path path_ = dir_ / "x.bam";
};

TEST_F(record_walk_test, gives_every_record_in_the_order_of_the_file) {
    const auto all = walk({});
    ASSERT_EQ(all.size(), 51U);
    EXPECT_EQ(all.front().name, "read0");
    EXPECT_EQ(all.back().name, "unplaced");
}

TEST_F(record_walk_test, goes_on_from_any_place_with_the_same_places) {
    for (const std::vector<read_region>& regions :
         {std::vector<read_region>{}, {{0, 100, 300}, {-1}}, {{0, 0, 30}, {0, 200, 210}}}) {
        const auto all = walk(regions);
        ASSERT_GT(all.size(), 3U);
        for (std::size_t i = 0; i < all.size(); ++i) {
            const std::vector<seen_record> rest(all.begin() + static_cast<long>(i), all.end());
            EXPECT_EQ(walk(regions, all[i].place), rest) << i;
        }
    }
}

TEST_F(record_walk_test, gives_the_records_of_regions) {
    const auto some = walk({{0, 41, 60}});
    ASSERT_EQ(some.size(), 1U);  // a read without a CIGAR covers one base
    EXPECT_EQ(some[0].name, "read5");
    EXPECT_TRUE(walk({{0, 9000, 9100}}).empty());
    EXPECT_EQ(walk({{-1}}).size(), 1U);
}

TEST_F(record_walk_test, notices_that_the_file_was_changed) {
    const auto file = reads_file::open(path_);
    const auto walk = record_walk::open(*file, path_, {}, {});
    (*walk)->check_unchanged();
    std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 1);
    EXPECT_EQ(
        testing::damage_text([&] { (*walk)->check_unchanged(); }), "the file was changed in place"
    );
}

}  // namespace
}  // namespace callstream::reads
