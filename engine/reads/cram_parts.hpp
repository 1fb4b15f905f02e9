// Which bytes of a CRAM hold the reads of some regions.
#pragma once

#include "engine/reads/read_regions.hpp"
#include "engine/reads/reads_file.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace callstream::reads {

/// Bytes `first` to `end` of a file.
struct file_stretch {
    std::uint64_t first = 0;
    std::uint64_t end = 0;

    bool operator==(const file_stretch&) const = default;
};

/// Stretches of a CRAM that hold the reads of some regions, whole containers. Without regions, and
/// without an index that can be used, everything between header and end-of-file container.
struct cram_parts {
    file_stretch header;  ///< file definition and header container
    std::vector<file_stretch> containers;
    file_stretch end;  ///< the end-of-file container
};
/// Throws damaged_file.
cram_parts parts_of_cram(
    const reads_file& file,
    const std::filesystem::path& path,
    const std::vector<read_region>& regions
);

}  // namespace callstream::reads
