// A place in a variant set that moves record by record, over the borders of its files. It holds one
// file's cursor at a time.
#pragma once

#include "engine/core/error.hpp"
#include "engine/variants/column_cursor.hpp"
#include "engine/variants/row_narrower.hpp"
#include "engine/variants/set_view.hpp"
#include "engine/variants/variant_cursor.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace callstream::variants {

/// Where a record of a set starts. Page tokens carry it.
struct set_place {
    std::uint32_t file = 0;
    std::uint64_t file_first = 0;  ///< ordinal of the file's first record within the set
    resume_point point;            ///< within the file

    std::uint64_t ordinal() const noexcept { return file_first + point.ordinal; }
    bool operator==(const set_place&) const = default;
};

/// One user at a time. Its records have at least the FORMAT fields that are wanted. Stands nowhere
/// until it was moved; moving is `errc::file_replaced` when a path names other bytes by now.
class set_cursor {
 public:
    /// With `narrow_to`, records have GT alone and of that these columns alone, and come from the
    /// columns of their file where it has them. Null: records as they are.
    explicit set_cursor(
        set_view view,
        hts::wanted_fields fields = hts::wanted_fields::all,
        wanted_columns narrow_to = nullptr
    );

    result<void> rewind();
    /// Moves before the record with this ordinal, or to the end for one that is not there.
    /// `errc::unavailable` when a file that must be known for it is not indexed yet.
    result<void> seek(std::uint64_t ordinal);
    /// The same, as far as nothing has to be opened or read for it, or for the record that `next`
    /// returns then; false when it would. A set with `narrow_to` always would.
    result<bool> seek_in_memory(std::uint64_t ordinal);
    /// Moves to where `place` says. False when another record stands there.
    result<bool> resume(const set_place& place);

    /// The next record or null at the end; valid until the cursor moves. Throws damaged_file, also
    /// when a file has another number of records than its index, or has been replaced since the
    /// view was taken.
    const hts::record* next();

    /// As `next`, but skips to the record with this ordinal, which must be in the set and not
    /// behind the one that would come next. All files must be indexed.
    const hts::record* next_at(std::uint64_t ordinal);

    /// False once the current file has been overwritten in place.
    bool is_unchanged() const { return !cursor_ || (*cursor_)->is_unchanged(); }

    /// Of the record that `next` returned last. Field and contig ids are those of its file's
    /// reader.
    std::uint64_t ordinal() const {
        return file_first_ + (columns_ ? columns_->ordinal() : (*cursor_)->ordinal());
    }
    std::uint32_t duplicate() const {
        return columns_ ? columns_->duplicate() : (*cursor_)->duplicate();
    }
    std::uint32_t file() const noexcept { return file_; }
    const hts::vcf_reader& reader() const { return (*cursor_)->reader(); }
    /// May read the record.
    set_place here() const {
        return {file_, file_first_, columns_ ? columns_->here(**cursor_) : (*cursor_)->here()};
    }

    /// When `next` has returned null, or `seek` went behind the end: the number of all records.
    std::uint64_t records_at_end() const noexcept { return file_first_; }
    const set_view& view() const noexcept { return view_; }

 private:
    result<std::uint32_t> file_with(std::uint64_t ordinal) const;
    result<void> enter(std::uint32_t file, std::uint64_t file_first);
    result<void> seek_by_index(std::uint64_t ordinal);
    const hts::record* narrowed(const hts::record* r);
    const hts::record* next_in_file();
    std::uint64_t records_in_file() const;
    void leave_file();
    bool is_in_file(std::uint64_t ordinal) const;

    set_view view_;
    hts::wanted_fields fields_;
    wanted_columns narrow_to_;
    std::optional<row_narrower> narrower_;    // where something is wanted
    std::unique_ptr<column_cursor> columns_;  // of the file, while it is walked by its columns
    std::optional<cursor_lease> cursor_;      // empty before the first move and at the end
    std::uint32_t file_ = 0;
    std::uint64_t file_first_ = 0;
};

}  // namespace callstream::variants
