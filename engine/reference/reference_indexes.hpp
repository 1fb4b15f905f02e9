// The indexes that a FASTA file needs to be read at any place: from beside it, from a pass over it,
// from the state directory.
#pragma once

#include "engine/core/error.hpp"
#include "engine/reference/block_index.hpp"
#include "engine/reference/fasta_index.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>

namespace callstream::reference {

struct reference_indexes {
    fasta_index sequences;
    std::optional<block_index> blocks;  ///< of a BGZF file; none for one that is not packed
};

/// What stands beside the FASTA file, `.fai` and for a BGZF file `.gzi`. `errc::file_unusable` says
/// why it cannot be used: absent, older than the file, malformed. The FASTA file may be fine then:
/// `build_indexes` makes what is missing.
result<reference_indexes> load_indexes_beside(const std::filesystem::path& fasta);

/// The same from two named files; `gzi` is not looked at for a file that is not packed.
result<reference_indexes> load_indexes(
    const std::filesystem::path& fasta,
    const std::filesystem::path& fai,
    const std::filesystem::path& gzi
);

/// Writes what `load_indexes` reads, each file whole or not at all. Throws std::system_error.
void save_indexes(
    const reference_indexes& indexes,
    const std::filesystem::path& fai,
    const std::filesystem::path& gzi
);

/// How far a pass has come, in bytes of the file as it is on disk; read by other threads.
struct build_progress {
    std::atomic<std::uint64_t> bytes_done{0};
};

/// Makes the indexes in one pass over `fasta`, the same ones that samtools and bgzip make.
/// `errc::file_unusable` says what is wrong with the file and where, with the command that mends it
/// if there is one; `errc::unavailable` that it was stopped; `errc::file_replaced` that the file
/// changed meanwhile. Throws damaged_file at a broken block.
result<reference_indexes> build_indexes(
    const std::filesystem::path& fasta, build_progress& progress, std::stop_token stop
);

}  // namespace callstream::reference
