// A BAM or CRAM file: what its header says, and whether the file is whole. No record is decoded
// here, and nothing that the file names is opened.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"
#include "engine/reads/sam_header.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace callstream::reads {

enum class reads_format { bam, cram };

/// Immutable and shared between threads.
class reads_file {
 public:
    /// `errc::file_unusable` says why the file cannot be served: neither BAM nor CRAM, packed or a
    /// version that is not supported (by name), truncated, or a header that is damaged or above
    /// the limits (64 MiB, 1,048,576 references). Memory: a small multiple of the header, which is
    /// never believed about its own size.
    static result<std::shared_ptr<const reads_file>> open(const std::filesystem::path& path);

    reads_format format() const noexcept { return format_; }
    /// "1" for BAM; "2.1", "3.0" or "3.1" for CRAM.
    const std::string& format_version() const noexcept { return version_; }
    /// References of a BAM are those of its binary list, with what the text says about them.
    const sam_header& header() const noexcept { return header_; }
    const file_identity& identity() const noexcept { return identity_; }
    /// Open for reading at any offset.
    int descriptor() const noexcept { return fd_.get(); }

 private:
    reads_file() = default;
    result<void> read_bam();
    result<void> read_cram();

    unique_fd fd_;
    file_identity identity_;
    reads_format format_ = reads_format::bam;
    std::string version_;
    sam_header header_;
};

}  // namespace callstream::reads
