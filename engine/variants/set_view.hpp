// The files of one variant set in their order, with what is known of them at one moment. An answer
// takes one view and keeps it, so that all it says fits together.
#pragma once

#include "engine/variants/variant_file.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace callstream::variants {

/// Files with equal samples; records of a later file come after those of an earlier one. At least
/// one file.
using file_list = std::vector<std::shared_ptr<variant_file>>;

/// Immutable and cheap to copy within an answer.
class set_view {
 public:
    explicit set_view(const file_list& files);

    const file_list& files() const noexcept { return files_; }
    /// Null while the index pass over this file has not ended.
    const ordinal_index* index(std::size_t file) const noexcept { return indexes_[file].get(); }

    /// Ordinal of a file's first record among all of the set; known when all files before it are
    /// indexed.
    std::optional<std::uint64_t> first_ordinal(std::size_t file) const;
    /// All records; known when all files are indexed.
    std::optional<std::uint64_t> indexed_records() const { return first_ordinal(files_.size()); }
    /// As above, and before that what the CSI or TBI beside the files say: good to be shown, never
    /// to decide where the set ends. Nothing when a file has neither.
    std::optional<std::uint64_t> record_count() const;

    /// The contigs that have records, in the order of their first ones; known when all files are
    /// indexed. Of one that several files share the records are added up, and `first_ordinal` is
    /// that of its first one among all of the set.
    std::optional<std::vector<indexed_contig>> contigs() const;

    /// Of the bytes of all files together, see engine/hts/bgzf.hpp; the content fingerprint is 0
    /// while a file is not indexed.
    std::uint64_t provisional_fingerprint() const;
    std::uint64_t content_fingerprint() const;

 private:
    file_list files_;
    std::vector<std::shared_ptr<const ordinal_index>> indexes_;
    std::vector<std::uint64_t> first_ordinals_;  // as far as they are known
};

}  // namespace callstream::variants
