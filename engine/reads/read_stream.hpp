// Reads of a BAM or CRAM as a BAM that is made while somebody takes it: header, records of some
// regions, each as blocks that can be joined.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/text_buffer.hpp"
#include "engine/reads/cram_child.hpp"
#include "engine/reads/read_regions.hpp"
#include "engine/reads/reads_file.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

namespace callstream::reads {

/// The header as blocks of a BAM, without an end-of-file block. `errc::file_unusable` for a CRAM
/// with a reference that is too long for a BAM. Throws damaged_file.
result<void> append_bam_header(const reads_file& file, text_buffer& out);

/// The records of some regions, without header and end-of-file block. One thread at a time.
class read_stream {
 public:
    /// `path` is that of the file, beside which its index is looked for: with one that can be used,
    /// only the stretches around the regions are read; without one, all that comes before their
    /// end. No regions: every record, and the blocks
    /// of a BAM leave as they are. Errors are those of `cram_child::start`. Throws damaged_file,
    /// and std::system_error when the disk fails.
    static result<std::unique_ptr<read_stream>> open(
        std::shared_ptr<const reads_file> file,
        const std::filesystem::path& path,
        std::vector<read_region> regions,
        const cram_decoding& decoding
    );
    virtual ~read_stream() = default;

    /// Appends some `about` bytes. False when nothing is left. Errors are those of
    /// `cram_child::finish`. Throws as above.
    virtual result<bool> append(text_buffer& out, std::size_t about) = 0;
};

}  // namespace callstream::reads
