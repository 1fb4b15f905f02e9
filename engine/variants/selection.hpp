// Some records of a variant set, known before any of them is read: what a filter leaves.
#pragma once

#include "engine/core/error.hpp"
#include "engine/variants/set_view.hpp"

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace callstream::variants {

/// Ordinals of records in file order. The number of a record within it is its rank.
class selection {
 public:
    selection() = default;
    explicit selection(std::vector<std::uint64_t> ordinals);

    std::uint64_t size() const noexcept { return ordinals_.size(); }
    std::uint64_t operator[](std::uint64_t rank) const { return ordinals_[rank]; }
    /// Of the first record at or behind `ordinal`; `size()` when there is none.
    std::uint64_t rank_of(std::uint64_t ordinal) const;

 private:
    std::vector<std::uint64_t> ordinals_;  // ascending, each once
};

/// One record as variant ids name it.
struct numbered_place {
    std::string contig;  ///< as the file has it
    std::int64_t pos0 = 0;
    std::uint32_t duplicate = 1;  ///< which of the records at this position
};

struct wanted_variants {
    std::vector<numbered_place> places = {};
    /// Each is a whole entry of the ID column (which may list several), or `contig:position`, with
    /// a 1-based position, for records that have none.
    std::vector<std::string> names = {};
};

/// The records that one of the wishes means; wishes that nothing fits are no error. Reads site
/// tables only. `errc::unavailable` while a file of the set is not indexed.
result<selection> select_variants(const set_view& view, const wanted_variants& wanted);

/// The selections that were asked for last, because the next page asks for the same. Thread-safe;
/// two that ask for one at once may both make it.
class selection_cache {
 public:
    using selection_ptr = std::shared_ptr<const selection>;

    /// `key` must tell apart everything that `make` depends on.
    result<selection_ptr> get(std::uint64_t key, const std::function<result<selection>()>& make);

 private:
    static constexpr std::size_t kept_max = 16;
    static constexpr std::uint64_t records_max = 16 << 20;  // 128 MiB together

    void keep(std::uint64_t key, selection_ptr made);

    std::mutex mutex_;
    std::list<std::pair<std::uint64_t, selection_ptr>> kept_;  // the last one asked for first
};

}  // namespace callstream::variants
