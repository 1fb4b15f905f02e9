#include "server/streaming/block_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace callstream::streaming {
namespace {

TEST(block_pool, gives_no_more_blocks_than_its_budget) {
    block_pool pool(3 * block_bytes);
    std::vector<block> blocks;
    for (int i = 0; i < 3; ++i) {
        auto taken = pool.take();
        ASSERT_TRUE(taken);
        blocks.push_back(std::move(*taken));
    }
    EXPECT_FALSE(pool.take());
    EXPECT_EQ(pool.in_use(), 3U);
    blocks.pop_back();
    EXPECT_EQ(pool.in_use(), 2U);
    EXPECT_TRUE(pool.take());
}

TEST(block_pool, always_has_the_two_blocks_that_one_answer_needs) {
    for (const std::size_t budget : {std::size_t{0}, std::size_t{1}, block_bytes}) {
        block_pool pool(budget);
        const auto first = pool.take();
        const auto second = pool.take();
        EXPECT_TRUE(first && second) << budget;
        EXPECT_FALSE(pool.take()) << budget;
    }
}

TEST(block_pool, a_refused_block_costs_no_budget) {
    block_pool pool(0);
    {
        const auto first = pool.take();
        const auto second = pool.take();
        for (int i = 0; i < 10; ++i) EXPECT_FALSE(pool.take());
    }
    EXPECT_EQ(pool.in_use(), 0U);
    EXPECT_TRUE(pool.take());
}

TEST(block_pool, a_returned_block_comes_back_empty_with_its_memory) {
    block_pool pool(0);
    const char* memory = nullptr;
    {
        auto taken = pool.take();
        (*taken)->append("of the last answer");
        memory = (*taken)->data();
    }
    auto again = pool.take();
    EXPECT_TRUE((*again)->empty());
    EXPECT_EQ((*again)->data(), memory);
}

TEST(block_pool, a_block_is_large_enough_from_the_start) {
    block_pool pool(0);
    auto taken = pool.take();
    EXPECT_GE((*taken)->capacity(), block_bytes);
}

TEST(block_pool, a_block_that_grew_far_is_not_kept) {
    block_pool pool(0);
    {
        auto taken = pool.take();
        (*taken)->prepare(20 * block_bytes);
    }
    EXPECT_EQ(pool.in_use(), 0U);
    auto again = pool.take();
    EXPECT_LT((*again)->capacity(), 20 * block_bytes);
}

TEST(block_pool, a_moved_block_is_returned_once) {
    block_pool pool(4 * block_bytes);
    {
        block first = std::move(*pool.take());
        first->append("text");
        block second(std::move(first));
        EXPECT_EQ(second->view(), "text");
        EXPECT_EQ(pool.in_use(), 1U);
        second = std::move(*pool.take());
    }
    EXPECT_EQ(pool.in_use(), 0U);
}

TEST(block_pool, threads_never_hold_more_than_the_budget_together) {
    constexpr int limit = 4;
    block_pool pool(limit * block_bytes);
    std::atomic<int> held{0};
    std::atomic<int> most{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 2000; ++i) {
                    const auto taken = pool.take();
                    if (!taken) continue;
                    const int now = ++held;
                    for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
                    }
                    --held;
                }
            });
        }
    }
    EXPECT_LE(most, limit);
    EXPECT_EQ(pool.in_use(), 0U);
}

}  // namespace
}  // namespace callstream::streaming
