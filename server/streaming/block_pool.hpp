// The blocks that answers are rendered into: recycled, and counted against one budget for the
// process, so that any number of clients costs a bounded amount of memory.
#pragma once

#include "engine/core/text_buffer.hpp"
#include "server/streaming/body_source.hpp"

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

namespace callstream::streaming {

class block_pool;

/// A block on loan; goes back to its pool when destroyed.
class block {
 public:
    block(block&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), buffer_(std::move(other.buffer_)) {}
    block& operator=(block&& other) noexcept {
        std::swap(pool_, other.pool_);
        std::swap(buffer_, other.buffer_);
        return *this;
    }
    ~block();

    text_buffer& operator*() noexcept { return buffer_; }
    text_buffer* operator->() noexcept { return &buffer_; }

 private:
    friend class block_pool;
    block(block_pool* pool, text_buffer buffer) : pool_(pool), buffer_(std::move(buffer)) {}

    block_pool* pool_;
    text_buffer buffer_;
};

/// Thread-safe. Outlives its blocks.
class block_pool {
 public:
    /// `budget_bytes` counts blocks at `block_bytes` each; at least two blocks are always allowed.
    explicit block_pool(std::size_t budget_bytes);

    /// Nothing when the budget is spent.
    std::optional<block> take();
    /// Whether more than half of them are left: enough for who could do without.
    bool has_plenty() const noexcept { return 2 * in_use() < blocks_max_; }
    std::size_t in_use() const noexcept { return in_use_.load(std::memory_order_relaxed); }

 private:
    friend class block;
    void give_back(text_buffer buffer) noexcept;

    std::size_t blocks_max_;
    std::atomic<std::size_t> in_use_{0};
    std::mutex mutex_;
    std::vector<text_buffer> free_;
};

}  // namespace callstream::streaming
