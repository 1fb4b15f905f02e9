// BAM read byte by byte, without htslib: its header, and of each record what a check needs. Layout:
// SAM specification, section 4.2.
#pragma once

#include "engine/hts/bgzf_stream.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace callstream::hts {

/// Above the longest reads known with all their tags.
inline constexpr std::uint32_t bam_record_bytes_max = std::uint32_t{128} << 20;
inline constexpr std::size_t reads_header_bytes_max = std::size_t{64} << 20;
inline constexpr std::size_t reads_references_max = std::size_t{1} << 20;

struct bam_reference {
    std::string name;
    std::uint32_t length = 0;  ///< bases
};

struct bam_header {
    std::string text;  ///< SAM header lines; up to the first NUL
    std::vector<bam_reference> references;
};

/// The fixed part of a record.
struct bam_record_head {
    std::int32_t reference = -1;  ///< position in `bam_header::references`, or -1
    std::int32_t pos0 = -1;       ///< 0-based, or -1
    std::uint16_t flag = 0;
    std::uint32_t bases = 0;  ///< of the read
};

/// The descriptor stays the caller's. Memory: 420 KiB beside the header. Not thread-safe.
/// Everything throws damaged_file at the first byte that cannot be, and std::system_error when the
/// disk fails.
class bam_bytes {
 public:
    bam_bytes(int fd, std::uint64_t file_bytes);

    /// Call it once, first. At most 64 MiB of text and 1,048,576 references, and no memory for what
    /// is announced but not there.
    bam_header read_header();

    /// The next record, or nothing at the end. Lengths within it are checked against each other
    /// and its references against the header; what is behind the name is not looked into.
    std::optional<bam_record_head> next();

    /// Packed bytes taken so far.
    std::uint64_t bytes_done() const noexcept { return stream_.next_address(); }

 private:
    void take(void* into, std::size_t size);
    void skip(std::uint64_t size);
    std::uint32_t u32();
    std::string text(std::size_t size);

    bgzf_stream stream_;
    std::uint32_t references_ = 0;
};

}  // namespace callstream::hts
