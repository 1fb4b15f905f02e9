#include "engine/variants/selection.hpp"

#include <algorithm>

namespace callstream::variants {

selection::selection(std::vector<std::uint64_t> ordinals) {
    std::sort(ordinals.begin(), ordinals.end());
    for (const auto ordinal : ordinals) append({ordinal, ordinal + 1});
    runs_.shrink_to_fit();
}

selection::selection(std::vector<range> ranges) {
    std::sort(ranges.begin(), ranges.end(), [](const range& a, const range& b) {
        return a.first < b.first;
    });
    for (const auto& r : ranges) append(r);
}

void selection::append(range more) {
    const std::uint64_t end = runs_.empty() ? 0 : runs_.back().first + size_ - runs_.back().rank;
    const bool joins = !runs_.empty() && more.first <= end;
    if (joins) more.first = end;
    if (more.first >= more.end) return;
    if (!joins) runs_.push_back({more.first, size_});
    size_ += more.end - more.first;
}

std::size_t selection::run_with(std::uint64_t rank) const {
    const auto behind =
        std::upper_bound(runs_.begin(), runs_.end(), rank, [](std::uint64_t r, const kept_run& k) {
            return r < k.rank;
        });
    return static_cast<std::size_t>(behind - runs_.begin()) - 1;
}

std::uint64_t selection::operator[](std::uint64_t rank) const {
    const auto& run = runs_[run_with(rank)];
    return run.first + (rank - run.rank);
}

std::uint64_t selection::rank_of(std::uint64_t ordinal) const {
    const auto behind = std::upper_bound(
        runs_.begin(),
        runs_.end(),
        ordinal,
        [](std::uint64_t o, const kept_run& k) { return o < k.first; }
    );
    if (behind == runs_.begin()) return 0;
    const auto number = static_cast<std::size_t>(behind - runs_.begin()) - 1;
    const auto [first, end] = run(number);
    return runs_[number].rank + std::min(ordinal, end) - first;
}

selection::range selection::run(std::size_t number) const {
    const auto& at = runs_[number];
    const std::uint64_t next = number + 1 < runs_.size() ? runs_[number + 1].rank : size_;
    return {at.first, at.first + next - at.rank};
}

selection intersection(const selection& a, const selection& b) {
    selection both;
    std::size_t in_a = 0;
    std::size_t in_b = 0;
    while (in_a < a.runs() && in_b < b.runs()) {
        const auto x = a.run(in_a);
        const auto y = b.run(in_b);
        both.append({std::max(x.first, y.first), std::min(x.end, y.end)});
        ++(x.end < y.end ? in_a : in_b);
    }
    return both;
}

result<selection_cache::selection_ptr> selection_cache::get(
    std::uint64_t key, const std::function<result<selection>()>& make
) {
    {
        const std::lock_guard lock(mutex_);
        const auto at = std::find_if(kept_.begin(), kept_.end(), [&](const auto& kept) {
            return kept.first == key;
        });
        if (at != kept_.end()) {
            kept_.splice(kept_.begin(), kept_, at);
            return at->second;
        }
    }
    auto made = make();
    if (!made) return made.error();
    auto shared = std::make_shared<const selection>(std::move(*made));
    keep(key, shared);
    return shared;
}

void selection_cache::keep(std::uint64_t key, selection_ptr made) {
    const std::lock_guard lock(mutex_);
    kept_.emplace_front(key, std::move(made));
    std::uint64_t runs = 0;
    std::size_t count = 0;
    const auto too_many = [&](const auto& kept) {
        runs += kept.second->runs();
        return ++count > kept_max || runs > runs_max;
    };
    kept_.erase(std::find_if(kept_.begin(), kept_.end(), too_many), kept_.end());
}

}  // namespace callstream::variants
