#include "server/streaming/block_pool.hpp"

#include <algorithm>

namespace callstream::streaming {
namespace {

// Room for the item that crosses the border, so that most blocks never grow.
constexpr std::size_t block_capacity = block_bytes + 16 * 1024;
constexpr std::size_t free_blocks_max = 32;

}  // namespace

block::~block() {
    if (pool_ != nullptr) pool_->give_back(std::move(buffer_));
}

block_pool::block_pool(std::size_t budget_bytes)
    : blocks_max_(std::max<std::size_t>(2, budget_bytes / block_bytes)) {
    free_.reserve(free_blocks_max);
}

std::optional<block> block_pool::take() {
    if (in_use_.fetch_add(1) >= blocks_max_) {
        in_use_.fetch_sub(1);
        return std::nullopt;
    }
    block taken(this, text_buffer());  // counted from here on, also when there is no memory
    {
        const std::lock_guard lock(mutex_);
        if (!free_.empty()) {
            *taken = std::move(free_.back());
            free_.pop_back();
        }
    }
    if (taken->capacity() == 0) *taken = text_buffer(block_capacity);
    return taken;
}

void block_pool::give_back(text_buffer buffer) noexcept {
    in_use_.fetch_sub(1);
    // One that never came to be, or that one wide record made grow.
    if (buffer.capacity() == 0 || buffer.capacity() > 2 * block_capacity) return;
    buffer.clear();
    const std::lock_guard lock(mutex_);
    if (free_.size() < free_blocks_max) free_.push_back(std::move(buffer));
}

}  // namespace callstream::streaming
