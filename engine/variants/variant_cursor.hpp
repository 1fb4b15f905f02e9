// A place in a variant file that moves record by record. Cursors are costly to make (a file handle,
// for text VCF a header) and cheap to reuse, so each file keeps a few idle ones.
#pragma once

#include "engine/core/error.hpp"
#include "engine/hts/vcf_reader.hpp"

#include <cstdint>
#include <memory>

namespace callstream::variants {

class ordinal_index;

/// Where a record starts, with what is needed to continue there and to notice that it is not there
/// any more. Page tokens carry it.
struct resume_point {
    std::uint64_t ordinal = 0;
    std::uint64_t virtual_offset = 0;
    std::uint32_t duplicate = 1;  ///< number of the record among those at its position
    std::uint32_t check = 0;      ///< hash of its contig name and position

    bool operator==(const resume_point&) const = default;
};

/// One user at a time. What `next` returns is valid until the cursor moves.
class variant_cursor {
 public:
    variant_cursor(hts::vcf_reader reader, std::uint64_t first_record);

    void rewind();
    /// Moves before the record with this ordinal; `index` must know it. Goes on from the record
    /// that it read last where that is nearer than the start of the block.
    void seek(std::uint64_t ordinal, const ordinal_index& index);
    /// Moves to where `point` says and loads the record there, which becomes the one that `next`
    /// returns first. False when another record stands there.
    bool resume(const resume_point& point);

    /// The next record or null at the end. Throws damaged_file.
    const hts::record* next();

    /// As `next`, but skips to the record with this ordinal, which must not be behind the one that
    /// would come next. Decodes only records of the block in which it starts.
    const hts::record* next_at(std::uint64_t ordinal, const ordinal_index& index);

    /// Whether the file still has the bytes it was opened with, as far as its size and time tell:
    /// a file that is overwritten in place would be read as a mixture.
    bool is_unchanged() const { return reader_.identity() == opened_; }

    /// Of the record that `next` returned last.
    std::uint64_t ordinal() const noexcept { return ordinal_; }
    std::uint32_t duplicate() const noexcept { return duplicate_; }
    resume_point here() const;

    /// Number of records that `next` has passed when it returned null: the length of the file.
    std::uint64_t records_at_end() const noexcept { return upcoming_; }

    hts::vcf_reader& reader() noexcept { return reader_; }
    const hts::vcf_reader& reader() const noexcept { return reader_; }

 private:
    void place(std::uint64_t ordinal, std::uint64_t virtual_offset);
    void load();
    bool is_between(std::uint64_t first, std::uint64_t last) const;
    std::uint32_t check_of(const hts::record& r) const;

    hts::vcf_reader reader_;
    file_identity opened_;
    std::uint64_t first_record_;
    const hts::record* current_ = nullptr;
    bool loaded_ahead_ = false;   // `current_` was loaded by `resume` and not yet returned
    bool is_counted_ = false;     // ordinals are those of the file, not what a token says
    bool is_read_ = false;        // what is known of the record that was read last is true
    std::uint64_t upcoming_ = 0;  // ordinal of the record that will be loaded next
    std::uint64_t ordinal_ = 0;   // of `current_`
    std::uint64_t virtual_offset_ = 0;
    std::uint32_t duplicate_ = 0;
    std::uint32_t next_duplicate_ = 0;  // known from outside for the first record after a move
    std::int32_t contig_ = -1;
    std::int64_t pos0_ = -1;
};

}  // namespace callstream::variants
