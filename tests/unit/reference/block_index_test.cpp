#include "engine/reference/block_index.hpp"

#include "tests/support/allocation_watch.hpp"
#include "tests/support/bgzf_builder.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::reference {
namespace {

using testing::error_text;
using testing::fails_with;
using testing::has_value;
using ::testing::HasSubstr;

std::string gzi(std::uint64_t count, const std::vector<block_start>& blocks) {
    std::string bytes;
    testing::append_little_endian(bytes, count, 8);
    for (const auto& block : blocks) {
        testing::append_little_endian(bytes, block.packed, 8);
        testing::append_little_endian(bytes, block.inflated, 8);
    }
    return bytes;
}

const std::string sound = gzi(3, {{100, 65280}, {128, 65280}, {20'000, 130'560}});
constexpr std::uint64_t file_bytes = 30'000;

TEST(block_index_test, what_it_reads_it_writes_again) {
    const auto index = block_index::parse(sound, file_bytes);
    ASSERT_TRUE(has_value(index));
    ASSERT_EQ(index->blocks().size(), 4U);
    EXPECT_EQ(index->blocks()[0], block_start{});
    EXPECT_EQ(index->blocks()[3], (block_start{20'000, 130'560}));
    EXPECT_EQ(index->to_gzi(), sound);
    const auto single = block_index::parse(gzi(0, {}), file_bytes);
    ASSERT_TRUE(has_value(single));
    EXPECT_EQ(single->to_gzi(), gzi(0, {}));
}

TEST(block_index_test, the_last_block_at_or_before_an_offset_is_found) {
    const auto index = block_index::parse(sound, file_bytes);
    ASSERT_TRUE(has_value(index));
    EXPECT_EQ(index->floor(0), 0U);
    EXPECT_EQ(index->floor(65'279), 0U);
    // Of two that start there the first is empty.
    EXPECT_EQ(index->floor(65'280), 2U);
    EXPECT_EQ(index->floor(130'560), 3U);
    EXPECT_EQ(index->floor(~std::uint64_t{0}), 3U);
}

TEST(block_index_test, what_is_wrong_is_said) {
    const std::pair<std::string, std::string> table[] = {
        {"", "too short"},
        {std::string(7, '\0'), "too short"},
        {gzi(1, {}), "count of blocks"},
        {gzi(0, {{100, 100}}), "count of blocks"},
        {gzi(2, {{100, 100}}), "count of blocks"},
        {gzi(1, {{100, 100}}) + "x", "count of blocks"},
        // Counts whose size in bytes overflows to the size of the file.
        {gzi(1ULL << 60, {}), "count of blocks"},
        {gzi((1ULL << 60) + 1, {{100, 100}}), "count of blocks"},
        {gzi(0x7fffffffffffffff, {{100, 100}}), "count of blocks"},
        {gzi(1ULL << 63, {}), "count of blocks"},
        {gzi(~0ULL, {}), "count of blocks"},
        {gzi(1, {{0, 0}}), "block 1 cannot follow"},
        {gzi(1, {{100, 65'537}}), "block 1 cannot follow"},
        {gzi(2, {{100, 100}, {100, 200}}), "block 2 cannot follow"},
        {gzi(2, {{100, 100}, {90, 200}}), "block 2 cannot follow"},
        {gzi(2, {{100, 100}, {200, 90}}), "block 2 cannot follow"},
        {gzi(2, {{100, 100}, {200, ~0ULL}}), "block 2 cannot follow"},
        {gzi(1, {{file_bytes, 100}}), "beyond the end"},
        {gzi(1, {{~0ULL, 100}}), "beyond the end"},
    };
    for (const auto& [bytes, expected] : table) {
        const auto index = block_index::parse(bytes, file_bytes);
        EXPECT_TRUE(fails_with(index, errc::file_unusable)) << expected;
        EXPECT_THAT(error_text(index), HasSubstr(expected));
    }
    EXPECT_TRUE(fails_with(block_index::from({}, file_bytes), errc::file_unusable));
    EXPECT_TRUE(fails_with(block_index::from({{1, 1}}, file_bytes), errc::file_unusable));
}

TEST(block_index_test, no_damage_makes_it_fail_otherwise) {
    const testing::allocation_watch watch;
    int refused = 0;
    const auto try_bytes = [&](const std::string& bytes) {
        refused += !block_index::parse(bytes, file_bytes);
    };
    testing::for_each_truncation(sound, try_bytes);
    testing::for_each_odd_number(sound, try_bytes);
    testing::for_each_flip(sound, 10'000, 1, try_bytes);
    EXPECT_GT(refused, 5'000);
    EXPECT_LT(watch.largest(), 10'000U);
}

}  // namespace
}  // namespace callstream::reference
