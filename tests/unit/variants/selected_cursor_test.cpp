#include "engine/variants/selected_cursor.hpp"

#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

#include <random>

namespace callstream::variants {
namespace {

using testing::vcf_builder;

/// An empty file, 40 records on contig 1, 60 on contig 2; a few records to a block, two to a place.
class selected_cursor_test : public ::testing::Test {
 protected:
    void SetUp() override {
        add("1", 0);
        add("1", 40);
        add("2", 60);
        set_cursor all{set_view(files)};
        ASSERT_TRUE(all.rewind());
        while (all.next() != nullptr) whole.push_back(place_of(all));
    }
    void add(const std::string& contig, int records) {
        vcf_builder file;
        for (int i = 0; i < records; ++i) file.record(contig, 100 + i / 2, "GT", {"0/1", "1|1"});
        const auto path = dir / (std::to_string(files.size()) + ".vcf.gz");
        file.write_vcf_gz(path, 300);
        files.push_back(variant_file::open(path).value());
        ASSERT_TRUE(files.back()->make_index(dir / "state", {}));
    }
    static set_place place_of(const set_cursor& cursor) { return cursor.here(); }

    selected_cursor over(std::vector<std::uint64_t> ordinals) const {
        return selected_cursor(
            set_cursor(set_view(files)), std::make_shared<const selection>(std::move(ordinals))
        );
    }
    /// What a walk from where it stands should be, told by a walk over everything.
    void expect_rest(
        selected_cursor& walk, const std::vector<std::uint64_t>& ordinals, std::size_t from
    ) {
        for (std::size_t rank = from; rank < ordinals.size(); ++rank) {
            ASSERT_NE(walk.next(), nullptr) << rank;
            EXPECT_EQ(place_of(walk.at()), whole[ordinals[rank]]) << rank;
        }
        EXPECT_EQ(walk.next(), nullptr);
        EXPECT_EQ(walk.next(), nullptr) << "the end stays the end";
        EXPECT_EQ(walk.count_at_end(), ordinals.size());
    }

    testing::temp_dir dir;
    file_list files;
    std::vector<set_place> whole;
};

TEST_F(selected_cursor_test, walks_over_what_is_selected_from_every_rank) {
    std::mt19937 dice(7);
    for (const unsigned one_in : {1U, 2U, 5U, 30U}) {
        std::vector<std::uint64_t> ordinals;
        for (std::uint64_t i = 0; i < whole.size(); ++i) {
            if (dice() % one_in == 0) ordinals.push_back(i);
        }
        for (std::size_t rank = 0; rank <= ordinals.size(); ++rank) {
            auto walk = over(ordinals);
            ASSERT_TRUE(walk.seek(rank));
            expect_rest(walk, ordinals, rank);
            if (rank == ordinals.size()) break;
            auto resumed = over(ordinals);
            ASSERT_TRUE(resumed.resume(whole[ordinals[rank]]).value());
            expect_rest(resumed, ordinals, rank);
        }
    }
}

TEST_F(selected_cursor_test, has_no_place_outside_of_the_selection) {
    auto walk = over({3, 50});
    EXPECT_FALSE(walk.resume(whole[4]).value());
    EXPECT_FALSE(walk.resume(whole[99]).value());
    ASSERT_TRUE(walk.seek(1000));
    EXPECT_EQ(walk.next(), nullptr);
}

TEST_F(selected_cursor_test, numbers_are_ranks) {
    const auto walk = over({3, 50});
    EXPECT_EQ(walk.number_of(0), 0U);
    EXPECT_EQ(walk.number_of(4), 1U);
    EXPECT_EQ(walk.number_of(51), 2U);
    EXPECT_EQ(walk.ordinal_of(1), 50U);
    EXPECT_EQ(walk.ordinal_of(2), whole.size());
}

TEST_F(selected_cursor_test, nothing_selected_is_an_end) {
    auto walk = over({});
    ASSERT_TRUE(walk.seek(0));
    EXPECT_EQ(walk.next(), nullptr);
    EXPECT_EQ(walk.count_at_end(), 0U);
}

TEST_F(selected_cursor_test, without_a_selection_it_is_the_set) {
    selected_cursor walk{set_cursor(set_view(files))};
    ASSERT_TRUE(walk.seek(70));
    ASSERT_NE(walk.next(), nullptr);
    EXPECT_EQ(place_of(walk.at()), whole[70]);
    EXPECT_EQ(walk.number_of(70), 70U);
    EXPECT_EQ(walk.ordinal_of(70), 70U);
}

}  // namespace
}  // namespace callstream::variants
