// A walk over the records of one file that reads none of them: places and names come from the site
// table, genotypes of a few call sets from the columns. Where the columns do not hold a record, and
// where a page token needs its place in the file, it is read after all.
#pragma once

#include "engine/columns/column_reader.hpp"
#include "engine/variants/row_narrower.hpp"
#include "engine/variants/variant_cursor.hpp"
#include "engine/variants/variant_file.hpp"

#include <cstdint>
#include <memory>

namespace callstream::variants {

/// One user at a time. `rows` is a cursor of the same file, and always the same one; nobody else
/// moves it.
class column_cursor {
 public:
    /// Null when the file has no columns, or is not indexed. `index` outlives the cursor.
    static std::unique_ptr<column_cursor> of(
        const variant_file& file, const ordinal_index* index, const wanted_columns& wanted
    );

    /// Moves before the record with this ordinal, or to the end.
    void seek(std::uint64_t ordinal) noexcept { upcoming_ = ordinal; }
    /// As `seek`, where `rows` has just been resumed at a record that it returns next. False when
    /// that is not the record that the site table has there.
    bool resume(std::uint64_t ordinal, variant_cursor& rows);

    /// The next record, with GT alone and of that what is wanted; null at the end. Valid until the
    /// cursor moves. Ids are those of the reader of `rows`. Throws damaged_file.
    const hts::record* next(variant_cursor& rows);

    /// Of the record that `next` returned last.
    std::uint64_t ordinal() const noexcept { return ordinal_; }
    std::uint32_t duplicate() const noexcept { return duplicate_; }
    resume_point here(variant_cursor& rows);

 private:
    column_cursor(
        const ordinal_index& index,
        std::shared_ptr<const site_table> sites,
        std::shared_ptr<const columns::column_file> held,
        wanted_columns wanted
    );
    void enter_site(variant_cursor& rows);
    void enter_contig(variant_cursor& rows);
    const hts::record& read_row(variant_cursor& rows);
    std::int64_t pos0_of(std::uint64_t ordinal) const;

    const ordinal_index& index_;
    std::shared_ptr<const site_table> sites_;
    columns::column_reader held_;
    row_narrower narrower_;
    column_view positions_;
    column_view lengths_;
    column_view allele_counts_;
    column_view name_lengths_;

    hts::record record_;
    std::uint64_t upcoming_ = 0;
    std::uint64_t ordinal_ = 0;  // of `record_`
    bool stands_ = false;        // `record_` is one
    std::uint32_t duplicate_ = 1;
    const char* name_end_ = nullptr;  // where the name of the next record starts
    std::size_t contig_ = 0;          // in which the record is, of those of the index
    std::uint64_t contig_end_ = 0;    // 0: no contig was entered yet
    std::int32_t gt_key_ = -1;
    const hts::record* row_ = nullptr;  // on which `rows` stands
};

}  // namespace callstream::variants
