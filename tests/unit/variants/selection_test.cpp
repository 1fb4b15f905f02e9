#include "engine/variants/selection.hpp"

#include "tests/support/results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callstream::variants {
namespace {

using ::testing::ElementsAre;
using testing::fails_with;

std::vector<std::uint64_t> ordinals_of(const selection& s) {
    std::vector<std::uint64_t> out;
    for (std::uint64_t rank = 0; rank < s.size(); ++rank) out.push_back(s[rank]);
    return out;
}

TEST(selection, is_in_file_order_and_has_each_once) {
    const selection s({7, 2, 7, 4});
    EXPECT_THAT(ordinals_of(s), ElementsAre(2, 4, 7));
    EXPECT_EQ(s.rank_of(0), 0U);
    EXPECT_EQ(s.rank_of(4), 1U);
    EXPECT_EQ(s.rank_of(5), 2U);
    EXPECT_EQ(s.rank_of(8), 3U);
}

TEST(selection, knows_neighbours_as_runs) {
    const selection s(std::vector<selection::range>{
        {8, 9}, {2, 5}, {4, 6}, {6, 6}, {6, 7}, {20, 22}});
    EXPECT_THAT(ordinals_of(s), ElementsAre(2, 3, 4, 5, 6, 8, 20, 21));
    EXPECT_EQ(s.runs(), 3U);
    EXPECT_EQ(s.run(1).first, 8U);
    EXPECT_EQ(s.run(1).end, 9U);
    EXPECT_EQ(s.run_with(4), 0U);
    EXPECT_EQ(s.run_with(5), 1U);
    EXPECT_EQ(s.run_with(7), 2U);
    for (std::uint64_t rank = 0; rank < s.size(); ++rank) EXPECT_EQ(s.rank_of(s[rank]), rank);
    EXPECT_EQ(s.rank_of(7), 5U);
    EXPECT_EQ(s.rank_of(9), 6U);
    EXPECT_EQ(s.rank_of(22), 8U);
}

TEST(selection, is_cut_with_another) {
    const selection a({1, 2, 3, 5, 8, 9});
    const selection b({0, 2, 3, 4, 9, 10});
    EXPECT_THAT(ordinals_of(intersection(a, b)), ElementsAre(2, 3, 9));
    EXPECT_THAT(ordinals_of(intersection(b, a)), ElementsAre(2, 3, 9));
    EXPECT_EQ(intersection(a, {}).size(), 0U);
    EXPECT_EQ(intersection({}, a).size(), 0U);
}

TEST(selection_cache, makes_what_it_does_not_have) {
    selection_cache cache;
    int made = 0;
    const auto get = [&](std::uint64_t key, std::uint64_t ordinals = 1) {
        const auto make = [&]() -> result<selection> {
            ++made;
            std::vector<std::uint64_t> all(ordinals);
            for (std::uint64_t i = 0; i < ordinals; ++i) all[i] = 2 * i + key;
            return selection(std::move(all));
        };
        return cache.get(key, make).value();
    };
    EXPECT_EQ((*get(5))[0], 5U);
    EXPECT_EQ((*get(5))[0], 5U);
    EXPECT_EQ(made, 1);
    for (std::uint64_t key = 100; key < 163; ++key) get(key);
    get(5);
    EXPECT_EQ(made, 64) << "that many are kept";
    get(200);
    get(5);
    EXPECT_EQ(made, 65) << "the one that nobody asked for went";
    get(100);
    EXPECT_EQ(made, 66);
    EXPECT_EQ(get(300, (8 << 20) + 1)->size(), (8U << 20) + 1) << "what is too large is not kept";
    get(300, (8 << 20) + 1);
    EXPECT_EQ(made, 68);
}

TEST(selection_cache, keeps_no_error) {
    selection_cache cache;
    const auto fails = []() -> result<selection> { return error{errc::unavailable, "later"}; };
    EXPECT_TRUE(fails_with(cache.get(1, fails), errc::unavailable));
    EXPECT_EQ(
        cache.get(1, [] { return result<selection>(selection(std::vector<std::uint64_t>{3})); })
            .value()
            ->size(),
        1U
    );
}

}  // namespace
}  // namespace callstream::variants
