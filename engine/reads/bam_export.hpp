// Copies records of a BAM or CRAM file into a BAM of their own.
#pragma once

#include "engine/core/error.hpp"
#include "engine/reads/cram_child.hpp"
#include "engine/reads/reads_file.hpp"
#include "engine/reads/reads_pass.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace callstream::reads {

/// Which records are wanted.
struct record_selection {
    bool everything = true;        ///< the rest does not count then
    std::vector<bool> references;  ///< by position in the header: those that are placed on it
    bool unplaced = false;         ///< those without a reference

    bool has(std::int32_t reference) const {
        if (everything) return true;
        return reference < 0 ? unplaced : references[static_cast<std::size_t>(reference)];
    }
};

/// The records of the references with these names, `*` for those without a reference; all records
/// when there are no names. `errc::not_found` names a reference that the file does not have.
result<record_selection> select_records(const reads_file& file, std::span<const std::string> names);

struct export_outcome {
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;  ///< of the BAM
};

/// Writes `into` with the header of the source and its records in their order, each with the bytes
/// that it has there (of a CRAM: those that `samtools view -b` makes of it). The file appears under
/// its name when all of it is on the disk, and never in the place of another.
///
/// `errc::conflict` when there is a file of this name, `errc::storage_full` when the disk is
/// full, `errc::unavailable` when stopped, `errc::file_unusable` for a CRAM whose reference
/// sequences are not at hand. Truncation and damage of the source throw damaged_file, a failing
/// disk std::system_error. After all of them there is no new file. Constant memory.
result<export_outcome> export_bam(
    const reads_file& file,
    const record_selection& selection,
    const cram_decoding& decoding,
    const std::filesystem::path& into,
    pass_progress& progress,
    std::stop_token stop
);

}  // namespace callstream::reads
