// The pass over a variant file that makes its columns. Memory stays below 64 MiB whatever the file
// has, a record's own bytes left out: rows are gathered up to `raw_bytes_max`, so the more samples
// there are, the fewer records a tile has.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"
#include "engine/core/hash.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stop_token>

namespace callstream::columns {

/// How large tiles become. One fits the second cache, also at the byte per cell that it takes while
/// it is made.
struct tile_shape {
    std::uint64_t records_max = 4096;
    std::size_t raw_bytes_max = std::size_t{16} << 20;  ///< of GT, that are gathered for a block
    std::size_t cells_max = std::size_t{512} << 10;

    bool operator==(const tile_shape&) const = default;
};

/// Which bytes the columns are about, as the index pass found them.
struct column_subject {
    file_identity source;
    std::uint64_t provisional_fingerprint = 0;
    hash128 content;
    std::uint64_t records = 0;
};

struct column_paths {
    std::filesystem::path columns;
    std::filesystem::path work;  ///< a folder, there while a pass is not finished
};

/// Reads `data` from its first to its last record, or from where an interrupted pass stopped, and
/// publishes the columns. `bytes_done` counts bytes of the packed file. `errc::unavailable`: it was
/// stopped, between two blocks, and goes on there; `errc::file_replaced`: the file is not the one
/// of `subject`. Throws damaged_file, and std::system_error when there is no room: what an earlier
/// checkpoint kept stays, and columns that were there before do.
result<void> run_column_pass(
    const std::filesystem::path& data,
    const column_paths& paths,
    const column_subject& subject,
    std::atomic<std::uint64_t>& bytes_done,
    std::stop_token stop,
    const tile_shape& shape = {}
);

}  // namespace callstream::columns
