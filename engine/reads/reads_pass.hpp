// One pass over a BAM or CRAM file that counts and finds what is wrong, without decoding records.
#pragma once

#include "engine/core/error.hpp"
#include "engine/reads/reads_file.hpp"
#include "engine/reads/reads_index.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace callstream::reads {

/// How far a pass has come, in bytes of the file; read by other threads.
struct pass_progress {
    std::atomic<std::uint64_t> bytes_done{0};
};

struct reads_counts {
    std::uint64_t records = 0;
    /// By position of the reference in the header. Empty for CRAM, whose containers say only how
    /// many records they have.
    std::vector<reference_counts> by_reference;
    std::uint64_t unplaced = 0;  ///< of BAM
    /// Where the order of coordinates breaks first ("chr2:1001", 1-based); nothing where it holds.
    /// Of a CRAM only containers are compared.
    std::optional<std::string> unsorted_at;
};

/// Reads the file from its first byte to its last. Truncation and damage throw damaged_file: of a
/// BAM every block's checksum and every record's lengths, of a CRAM 3.x every block's checksum.
/// `errc::unavailable` when stopped. Constant memory but for one count per reference.
result<reads_counts> count_records(
    const reads_file& file, pass_progress& progress, std::stop_token stop
);

}  // namespace callstream::reads
