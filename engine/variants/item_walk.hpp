// A walk over what several variant sets have: rows, which are records, and items in them, which
// are calls, or the records themselves. Items are numbered through all sets.
#pragma once

#include "engine/variants/selected_cursor.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace callstream::variants {

/// One variant set within a walk.
struct walk_part {
    set_view view;
    std::shared_ptr<const selection> selected;  ///< null: all records
    std::uint64_t per_row = 1;                  ///< items of each record; 0: none has any
    wanted_columns columns = nullptr;           ///< null: records as they are; else see set_cursor

    /// What is not known before the files are indexed may be said by an index beside them, which is
    /// good to be shown only.
    std::optional<std::uint64_t> items_shown() const;
};

/// Where an item is, so that another walk over the same parts finds it at once.
struct item_place {
    std::uint32_t part = 0;
    std::uint64_t part_first = 0;  ///< number of the part's first item
    set_place row;
    std::uint32_t within = 0;  ///< which item of the row

    bool operator==(const item_place&) const = default;
};

/// One user at a time. Stands nowhere until it was moved. Errors are those of `set_cursor`.
class item_walk {
 public:
    explicit item_walk(
        std::vector<walk_part> parts, hts::wanted_fields fields = hts::wanted_fields::all
    );

    /// Moves to the item with this number, or to the end when there are fewer.
    result<void> seek(std::uint64_t number);
    /// Moves to a place; false when another record stands there now.
    result<bool> resume(const item_place& place);

    /// The record of the item on which it stands; null at the end. Valid until the walk moves.
    const hts::record* row() const noexcept { return row_; }
    /// Which items of the row are still to come: from `within` to `per_row`.
    std::uint64_t within() const noexcept { return within_; }
    std::uint64_t per_row() const { return parts_[part_].per_row; }
    /// Passes over so many items of the row. Throws damaged_file.
    void pass(std::uint64_t items);

    std::size_t part() const noexcept { return part_; }
    const set_cursor& at() const { return cursor_->at(); }
    bool is_unchanged() const { return !cursor_ || cursor_->at().is_unchanged(); }

    /// Of the item on which it stands, or of what would follow the last one.
    std::uint64_t number() const;
    item_place here() const;

    /// Of all items, to be shown. Once the walk has come to its end, what it found.
    std::optional<std::uint64_t> total() const;

 private:
    void enter(std::size_t part, std::uint64_t part_first);
    result<void> seek_in_part(std::uint64_t number);
    void to_end();
    /// Loads the next record, of the next part if need be.
    void load();
    void leave_part();

    std::vector<walk_part> parts_;
    hts::wanted_fields fields_;
    std::optional<selected_cursor> cursor_;
    std::size_t part_ = 0;
    std::uint64_t part_first_ = 0;  // number of the part's first item
    const hts::record* row_ = nullptr;
    std::uint64_t within_ = 0;
    bool ended_ = false;
};

}  // namespace callstream::variants
