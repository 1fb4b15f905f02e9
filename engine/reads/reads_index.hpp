// The index beside a BAM or CRAM file, judged before anybody uses it.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"
#include "engine/reads/reads_file.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace callstream::reads {

enum class reads_index_format { bai, csi, crai };

struct reference_counts {
    std::uint64_t mapped = 0;
    std::uint64_t unmapped = 0;  ///< placed beside a mapped mate
};

struct reads_index {
    std::filesystem::path path;
    reads_index_format format = reads_index_format::bai;
    /// By position of the reference in the header; nothing where the index does not tell. Empty
    /// for a CRAI, which never does.
    std::vector<std::optional<reference_counts>> counts;
    std::optional<std::uint64_t> unplaced;  ///< records without a reference
};

/// The index that stands beside `path` under one of its usual names (`x.bam.csi`, `x.bam.bai`,
/// `x.csi`, `x.bai`; `x.cram.crai`, `x.crai`; the first that is there). `errc::not_found` when none
/// is; `errc::file_unusable` says why it cannot be used: older than the file, malformed, another
/// number of references than the header, offsets beyond the end.
result<reads_index> find_reads_index(const std::filesystem::path& path, const reads_file& file);

/// The same, open for reading; nothing when there is none that can be used.
std::optional<unique_fd> open_reads_index(
    const std::filesystem::path& path, const reads_file& file
);

}  // namespace callstream::reads
