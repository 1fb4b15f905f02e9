// The one pass over a variant file that makes all that is derived from it: the ordinal index, the
// site table, the content fingerprint, and a CSI where none lies beside the file. It reads every
// record, so it is also where a file is found to be unsorted, truncated or damaged.
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

/// Where the derived files of one variant file lie, by its provisional fingerprint.
struct derived_files {
    std::filesystem::path ordinals;
    std::filesystem::path sites;
    std::filesystem::path csi;
    std::filesystem::path work;          ///< a folder, there while a pass is not finished
    std::filesystem::path columns;       ///< made by a pass of its own, when somebody asks for it
    std::filesystem::path columns_work;  ///< as `work`

    static derived_files in(const std::filesystem::path& folder, std::uint64_t fingerprint);
};

/// Reads `data` from its first to its last record, or from where an interrupted pass stopped, and
/// publishes the derived files, the ordinal index last. Memory does not depend on the size of the
/// file, except for the CSI. `errc::file_unusable` says why the file cannot be served;
/// `errc::unavailable` that it was stopped (what was done is kept); `errc::file_replaced` that the
/// file changed meanwhile. Throws damaged_file, and std::system_error when an index cannot be
/// written.
result<void> run_index_pass(
    const std::filesystem::path& data,
    const derived_files& derived,
    index_progress& progress,
    std::stop_token stop
);

}  // namespace callstream::variants
