// What a CRAI index says of its CRAM file (CRAM specification, section 12), read without htslib.
#pragma once

#include "engine/core/error.hpp"

#include <cstdint>
#include <vector>

namespace callstream::hts {

/// A CRAI has no counts of records.
struct crai_file {
    std::uint64_t slices = 0;
    std::int64_t last_reference = -2;  ///< largest position among the @SQ lines; -1 for unplaced
    std::uint64_t last_container = 0;  ///< largest address of a container
};

/// A slice as the index has it.
struct crai_slice {
    std::int64_t reference = -1;  ///< -1: reads without a reference
    std::int64_t start1 = 0;      ///< 1-based
    std::int64_t span = 0;        ///< bases
    std::uint64_t container = 0;  ///< address of its container in the CRAM
};

/// All slices in their order; as `read_crai_file`, and up to 200 MiB for them.
result<std::vector<crai_slice>> read_crai_slices(int index);

/// Reads an index, gzip or plain text, that is open for reading; it stays the caller's. At most
/// 32 MiB packed and 64 MiB inflated. `errc::file_unusable` says what is wrong and in which line.
/// Throws std::system_error when the disk fails. Thread-safe.
result<crai_file> read_crai_file(int index);

}  // namespace callstream::hts
