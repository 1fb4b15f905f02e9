#include "engine/hts/shared_blocks.hpp"

#include <algorithm>
#include <utility>

namespace callstream::hts {

std::atomic<std::size_t> shared_blocks::total{0};

shared_blocks::~shared_blocks() {
    clear();
}

void shared_blocks::leave() noexcept {
    constexpr int two = 2;
    if (readers_.fetch_sub(1, std::memory_order_relaxed) > two) return;
    const std::lock_guard lock(mutex_);
    clear();
}

void shared_blocks::clear() noexcept {
    total -= kept_.size();
    kept_.clear();
}

std::shared_ptr<const shared_blocks::block> shared_blocks::find(std::uint64_t asked) {
    const std::lock_guard lock(mutex_);
    const auto at = std::find_if(kept_.rbegin(), kept_.rend(), [asked](const auto& e) {
        return e.asked == asked;
    });
    if (at == kept_.rend()) return nullptr;
    untaken_.store(0, std::memory_order_relaxed);
    return at->held;
}

/// Whether there is room for one more, for which the oldest one may go.
bool shared_blocks::make_room() {
    if (kept_.size() < blocks_per_file && total < blocks_in_all) return true;
    if (kept_.empty()) return false;  // all are those of other files
    kept_.pop_front();
    --total;
    return true;
}

void shared_blocks::keep(
    std::uint64_t asked, std::uint64_t address, std::uint64_t next_address, std::string_view content
) {
    constexpr std::size_t one_in = 16;
    const auto untaken = untaken_.fetch_add(1, std::memory_order_relaxed);
    if (untaken > patience && untaken % one_in != 0) return;
    std::unique_lock lock(mutex_);
    if (!make_room()) return;
    lock.unlock();  // copying takes longer than all the rest
    auto made = std::make_shared<block>();
    made->address = address;
    made->next_address = next_address;
    made->content.assign(content.begin(), content.end());
    lock.lock();
    if (total >= blocks_in_all) return;  // others were faster
    kept_.push_back({asked, std::move(made)});
    ++total;
}

}  // namespace callstream::hts
