// Record numbers of one variant file: which record (ordinal 0, 1, 2 ... in file order) starts
// where. One entry per BGZF block in which a record starts, so any ordinal is a lookup, a seek and
// at most one block of skipping. Built by `index_pass.hpp`, kept in the state directory,
// memory-mapped.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"
#include "engine/core/hash.hpp"
#include "engine/core/mapped_file.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace callstream::variants {

/// The first record that starts in a BGZF block.
struct ordinal_entry {
    std::uint64_t ordinal;
    std::uint64_t virtual_offset;
    std::int64_t pos0;        ///< 0-based
    std::uint32_t contig;     ///< index into `ordinal_index::contigs`
    std::uint32_t duplicate;  ///< 1 for the first record at its position, 2 for the next ...
};

/// A contig in the order in which the file has it, with the ordinals of its records.
struct indexed_contig {
    std::string name;
    std::uint64_t first_ordinal = 0;
    std::uint64_t records = 0;
    std::int64_t first_pos0 = 0;  ///< of its first record
    std::int64_t last_pos0 = 0;   ///< of its last record
};

struct ordinal_summary {
    std::uint64_t provisional_fingerprint = 0;
    hash128 content;  ///< content fingerprint, see engine/hts/bgzf.hpp
    std::uint64_t records = 0;
    file_identity source;  ///< of the file that was read
};

/// Immutable and shared between threads.
class ordinal_index {
 public:
    /// Maps an index that `write` published. An error when there is none, when it is damaged or
    /// when it belongs to other bytes.
    static result<std::shared_ptr<const ordinal_index>> load(
        const std::filesystem::path& path, std::uint64_t provisional_fingerprint
    );
    const ordinal_summary& summary() const noexcept { return summary_; }
    std::uint64_t records() const noexcept { return summary_.records; }
    const std::vector<indexed_contig>& contigs() const noexcept { return contigs_; }
    std::span<const ordinal_entry> entries() const noexcept { return entries_; }

    /// The last entry at or before `ordinal`, which must be below `records()`.
    const ordinal_entry& floor(std::uint64_t ordinal) const;
    /// Whether the record with this ordinal, which must be below `records()`, certainly ends in the
    /// block in which it starts.
    bool is_within_block(std::uint64_t ordinal) const;

 private:
    ordinal_index() = default;

    mapped_file file_;
    ordinal_summary summary_;
    std::span<const ordinal_entry> entries_;
    std::vector<indexed_contig> contigs_;
};

/// Writes an index entry by entry, so that its size in memory does not depend on the file.
/// Nothing appears under the final name before `finish`. Throws std::system_error.
class ordinal_index_writer {
 public:
    explicit ordinal_index_writer(std::filesystem::path path);

    void add(const ordinal_entry& entry);
    void finish(const ordinal_summary& summary, std::span<const indexed_contig> contigs);

 private:
    void flush();

    temporary_file file_;
    std::vector<ordinal_entry> pending_;
    std::uint64_t written_ = 0;
    running_hash hash_;
};

}  // namespace callstream::variants
