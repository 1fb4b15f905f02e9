// The pass that counts how deeply reads cover their references.
#pragma once

#include "engine/core/error.hpp"
#include "engine/reads/cram_child.hpp"
#include "engine/reads/reads_file.hpp"
#include "engine/reads/reads_pass.hpp"

#include <cstdint>
#include <filesystem>
#include <stop_token>

namespace callstream::reads {

/// Sums that one table may hold: 1 GiB of them, enough for some 270 billion covered bases.
inline constexpr std::uint64_t coverage_sums_max = std::uint64_t{1} << 27;

/// Counts as `samtools depth -a` does without further options: reads that are not unmapped,
/// secondary, duplicates or failed in quality checks (flags 0x704), of any quality; the bases of
/// their operations M, = and X, not deletions or skips; both mates where they overlap. Beyond the
/// end of a reference nothing is counted.
///
/// Reads the whole file once and publishes the table at `into`, which it replaces. Memory does not
/// depend on the number of reads: at most 48 MiB for the reference at hand, 48 bytes for each
/// reference that has reads. Sequences of a CRAM are not decoded, so it needs no reference.
///
/// `errc::file_unusable` where the file is not in the order of coordinates (it says where) or what
/// it covers takes more than `coverage_sums_max`, `errc::unavailable` when stopped. Truncation and
/// damage throw damaged_file, a failing disk std::system_error; nothing is published then.
result<void> make_coverage(
    const reads_file& file,
    const cram_decoding& decoding,
    const std::filesystem::path& into,
    pass_progress& progress,
    std::stop_token stop
);

}  // namespace callstream::reads
