// What a BAI, TBI or CSI index says of its data file, read without htslib, whose loader believes
// the counts that it finds. Formats: SAM specification 5.2, "CSIv1" and "Tabix" of hts-specs.
#pragma once

#include "engine/core/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace callstream::hts {

enum class index_format { bai, tbi, csi };

/// One contig, or reference sequence, of an index.
struct index_contig {
    std::string name;  ///< empty where the index has no names: BAI, CSI of BAM and BCF
    /// Records placed on the contig; known when the index has the metadata bin. For variant files
    /// all records count as mapped.
    struct record_counts {
        std::uint64_t mapped = 0;
        std::uint64_t unmapped = 0;
    };
    std::optional<record_counts> counts;
    /// Smallest begin and largest end of its chunks, as virtual offsets; both 0 without any.
    std::uint64_t first_offset = 0;
    std::uint64_t last_offset = 0;
    std::uint64_t chunks = 0;
};

struct index_file {
    index_format format = index_format::csi;
    int min_shift = 14;  ///< the smallest bins span 2^min_shift bases
    int depth = 5;       ///< levels of bins below the largest
    bool has_names = false;
    std::vector<index_contig> contigs;  ///< in the order of the data file's dictionary, or of `tbi`
    std::optional<std::uint64_t> unplaced;  ///< records without a contig; known to most indexes

    /// All placed records; nothing when a contig with records does not tell, or when none does.
    std::optional<std::uint64_t> records() const;
    /// Largest virtual offset of all contigs.
    std::uint64_t last_offset() const;
};

/// Reads an index that is open for reading at any offset; `index` stays the caller's. Every count
/// and offset is checked before it is used. `errc::file_unusable` says what is wrong: not an index,
/// truncated, malformed, or above the limits, which are 1,048,576 contigs, 512 MiB inflated and
/// 64 MiB of names. Holds under 1 MiB beside the result, which is at most 256 MiB for a hostile
/// file and usually a few KiB. Throws std::system_error when the disk fails. Thread-safe.
result<index_file> read_index_file(int index);

/// A place on a contig, by its number in the index; 0-based.
struct index_place {
    std::size_t contig = 0;
    std::int64_t begin0 = 0;
};

/// For each place where to begin reading: no record that reaches to the place or beyond starts
/// before this virtual offset. Nothing for a contig without records, or that is not in the index.
/// Errors and limits are those of `read_index_file`, but memory is small.
result<std::vector<std::optional<std::uint64_t>>> find_index_starts(
    int index, const std::vector<index_place>& places
);

/// Whether every offset lies within a data file of `data_bytes` packed bytes; says why not. An
/// index of another file may pass.
result<void> check_index_offsets(const index_file& index, std::uint64_t data_bytes);

}  // namespace callstream::hts
