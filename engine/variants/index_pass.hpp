// The one pass over a variant file that makes its ordinal index. It reads every record, so it is
// also where a file is found to be unsorted, truncated or damaged.
#pragma once

#include "engine/core/error.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <stop_token>

namespace callstream::variants {

/// How far a pass has come, in bytes of the packed file; read by other threads.
struct index_progress {
    std::atomic<std::uint64_t> bytes_done{0};
};

/// Reads `data` from its first to its last record and publishes the ordinal index at `index`.
/// `errc::file_unusable` says why the file cannot be served; `errc::unavailable` that it was
/// stopped; `errc::file_replaced` that the file changed meanwhile. Throws damaged_file, and
/// std::system_error when the index cannot be written.
result<void> build_ordinal_index(
    const std::filesystem::path& data,
    const std::filesystem::path& index,
    index_progress& progress,
    std::stop_token stop
);

}  // namespace callstream::variants
