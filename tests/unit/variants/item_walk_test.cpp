#include "engine/variants/item_walk.hpp"

#include "tests/support/results.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace callstream::variants {
namespace {

using testing::fails_with;
using testing::vcf_builder;

/// Three sets of 3, 0 and 2 records, told apart by their positions: 11, 12, 13 and 31, 32.
class item_walk_test : public ::testing::Test {
 protected:
    void SetUp() override {
        for (const int records : {3, 0, 2}) {
            vcf_builder file;
            const auto number = static_cast<long>(sets.size()) + 1;
            for (int i = 1; i <= records; ++i)
                file.record("1", 10 * number + i, "GT", {"0/1", "."});
            const auto path = dir / (std::to_string(number) + ".vcf.gz");
            file.write_vcf_gz(path, 200);
            sets.push_back(variant_file::open(path).value());
        }
    }
    void index() {
        for (const auto& file : sets) ASSERT_TRUE(file->make_index(dir / "state", {}));
    }
    std::vector<walk_part> parts(std::vector<std::uint64_t> per_row) const {
        std::vector<walk_part> out;
        for (std::size_t i = 0; i < sets.size(); ++i) {
            out.push_back({set_view({sets[i]}), nullptr, per_row[i]});
        }
        return out;
    }
    /// `position.item` of everything that is left.
    static std::vector<std::string> rest(item_walk& walk) {
        std::vector<std::string> out;
        while (walk.row() != nullptr) {
            out.push_back(
                std::to_string(walk.row()->pos0 + 1) + "." + std::to_string(walk.within())
            );
            walk.pass(1);
        }
        return out;
    }

    testing::temp_dir dir;
    std::vector<std::shared_ptr<variant_file>> sets;
};

using items = std::vector<std::string>;
const items all = {"11.0", "11.1", "12.0", "12.1", "13.0", "13.1", "31.0", "32.0"};

TEST_F(item_walk_test, starts_at_any_number_and_goes_on_from_any_place) {
    index();
    for (std::uint64_t number = 0; number <= all.size() + 2; ++number) {
        item_walk walk(parts({2, 5, 1}));
        ASSERT_TRUE(walk.seek(number));
        EXPECT_EQ(walk.total(), all.size());
        const auto from = std::min<std::size_t>(number, all.size());
        EXPECT_EQ(walk.number(), from);
        const items wanted(all.begin() + static_cast<std::ptrdiff_t>(from), all.end());
        if (walk.row() != nullptr) {
            item_walk again(parts({2, 5, 1}));
            ASSERT_TRUE(again.resume(walk.here()).value());
            EXPECT_EQ(again.number(), number);
            EXPECT_EQ(rest(again), wanted);
        }
        EXPECT_EQ(rest(walk), wanted);
        EXPECT_EQ(walk.number(), all.size()) << "behind the end";
    }
}

TEST_F(item_walk_test, sets_without_items_are_passed_over) {
    index();
    item_walk walk(parts({0, 1, 1}));
    ASSERT_TRUE(walk.seek(0));
    EXPECT_EQ(walk.part(), 2U);
    EXPECT_EQ(rest(walk), (items{"31.0", "32.0"}));
    item_walk nothing(parts({0, 0, 0}));
    ASSERT_TRUE(nothing.seek(0));
    EXPECT_EQ(rest(nothing), items{});
    EXPECT_EQ(nothing.total(), 0U);
}

TEST_F(item_walk_test, a_selection_chooses_rows) {
    index();
    auto some = parts({2, 1, 1});
    some[0].selected = std::make_shared<const selection>(std::vector<std::uint64_t>{1});
    some[2].selected = std::make_shared<const selection>();
    item_walk walk(std::move(some));
    ASSERT_TRUE(walk.seek(1));
    EXPECT_EQ(walk.total(), 2U);
    EXPECT_EQ(rest(walk), (items{"12.1"}));
}

TEST_F(item_walk_test, needs_no_index_to_go_from_the_first_item) {
    item_walk walk(parts({2, 5, 1}));
    ASSERT_TRUE(walk.seek(0));
    EXPECT_EQ(walk.total(), std::nullopt);
    EXPECT_EQ(rest(walk), all);
    EXPECT_EQ(walk.total(), all.size()) << "the end is where it was found";
    ASSERT_TRUE(walk.seek(1)) << "in the first row";
    EXPECT_EQ(walk.within(), 1U);
    EXPECT_TRUE(fails_with(walk.seek(2), errc::unavailable));
}

TEST_F(item_walk_test, an_empty_set_before_it_is_indexed_moves_the_number_on) {
    item_walk walk({parts({2, 5, 1})[1], parts({2, 5, 1})[0]});
    ASSERT_TRUE(walk.seek(3));
    EXPECT_EQ(rest(walk), items(all.begin() + 3, all.begin() + 6));
}

TEST_F(item_walk_test, a_place_of_other_sets_is_none) {
    index();
    item_walk walk(parts({2, 5, 1}));
    ASSERT_TRUE(walk.seek(7));
    auto place = walk.here();
    place.part = 0;
    EXPECT_FALSE(item_walk(parts({2, 5, 1})).resume(place).value());
    place = walk.here();
    place.within = 1;
    EXPECT_FALSE(item_walk(parts({2, 5, 1})).resume(place).value());
    place.part = 3;
    EXPECT_FALSE(item_walk(parts({2, 5, 1})).resume(place).value());
}

TEST_F(item_walk_test, a_set_that_was_changed_in_place_is_noticed_when_it_is_left) {
    index();
    auto chosen = parts({1, 1, 1});
    chosen[0].selected = std::make_shared<const selection>(std::vector<std::uint64_t>{0});
    item_walk walk(std::move(chosen));
    ASSERT_TRUE(walk.seek(0));
    std::filesystem::last_write_time(
        sets[0]->path(), std::filesystem::file_time_type::clock::now() + std::chrono::hours(1)
    );
    EXPECT_THROW(walk.pass(1), damaged_file);
}

}  // namespace
}  // namespace callstream::variants
