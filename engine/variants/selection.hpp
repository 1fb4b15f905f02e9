// Some records of a variant set, known before any of them is read: what a filter leaves.
#pragma once

#include "engine/core/error.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace callstream::variants {

/// Ordinals of records in file order. The number of a record within it is its rank. Kept as runs of
/// neighbours, so a region costs as much as one record. Immutable.
class selection {
 public:
    /// Records `first` to `end`, which is not one of them.
    struct range {
        std::uint64_t first = 0;
        std::uint64_t end = 0;
    };

    selection() = default;
    /// In any order, each any number of times.
    explicit selection(std::vector<std::uint64_t> ordinals);
    /// In any order; they may overlap.
    explicit selection(std::vector<range> ranges);

    std::uint64_t size() const noexcept { return size_; }
    /// `rank` must be below `size()`.
    std::uint64_t operator[](std::uint64_t rank) const;
    /// Of the first record at or behind `ordinal`; `size()` when there is none.
    std::uint64_t rank_of(std::uint64_t ordinal) const;

    std::size_t runs() const noexcept { return runs_.size(); }
    range run(std::size_t number) const;
    /// In which run a rank below `size()` is.
    std::size_t run_with(std::uint64_t rank) const;

    friend selection intersection(const selection& a, const selection& b);

 private:
    struct kept_run {
        std::uint64_t first;
        std::uint64_t rank;  // of `first`
    };
    /// Behind all that are there already, or next to the last one.
    void append(range more);

    std::vector<kept_run> runs_;
    std::uint64_t size_ = 0;
};

/// What is in both.
selection intersection(const selection& a, const selection& b);

/// The selections that were asked for last, because the next page asks for the same. Thread-safe;
/// two that ask for one at once may both make it.
class selection_cache {
 public:
    using selection_ptr = std::shared_ptr<const selection>;

    /// `key` must tell apart everything that `make` depends on.
    result<selection_ptr> get(std::uint64_t key, const std::function<result<selection>()>& make);

 private:
    static constexpr std::size_t kept_max = 64;
    static constexpr std::uint64_t runs_max = 8 << 20;  // 128 MiB together

    void keep(std::uint64_t key, selection_ptr made);

    std::mutex mutex_;
    std::list<std::pair<std::uint64_t, selection_ptr>> kept_;  // the last one asked for first
};

}  // namespace callstream::variants
