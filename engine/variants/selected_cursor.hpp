// A walk over the records of a variant set, all of them or those of a selection. Records are
// counted within the walk: by their ordinals, or by their ranks.
#pragma once

#include "engine/variants/selection.hpp"
#include "engine/variants/set_cursor.hpp"

#include <memory>
#include <utility>

namespace callstream::variants {

/// One user at a time. Stands nowhere until it was moved. Errors are those of `set_cursor`.
class selected_cursor {
 public:
    /// Null: all records.
    explicit selected_cursor(
        set_cursor records, std::shared_ptr<const selection> selected = nullptr
    )
        : records_(std::move(records)), selected_(std::move(selected)) {}

    /// Moves before the record with this number, or to the end for one that is not there.
    result<void> seek(std::uint64_t number);
    /// Moves to where `place` says. False when another record stands there, or one that is not in
    /// the selection.
    result<bool> resume(const set_place& place);

    /// The next record or null at the end; valid until the cursor moves. Throws damaged_file.
    const hts::record* next();

    /// Number of all records; of an open walk known at its end only.
    std::uint64_t count_at_end() const noexcept {
        return selected_ ? selected_->size() : records_.records_at_end();
    }

    /// Number within the walk of the first record at or behind an ordinal, and back; the end of the
    /// walk is behind every record.
    std::uint64_t number_of(std::uint64_t ordinal) const {
        return selected_ ? selected_->rank_of(ordinal) : ordinal;
    }
    std::uint64_t ordinal_of(std::uint64_t number) const;

    /// The one on which it stands.
    const set_cursor& at() const noexcept { return records_; }

 private:
    void enter(std::uint64_t rank);

    set_cursor records_;
    std::shared_ptr<const selection> selected_;
    // Of a selection: the run in which it is, and what is still to come of that.
    std::size_t run_ = 0;
    selection::range rest_;
};

}  // namespace callstream::variants
