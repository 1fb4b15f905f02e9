// BAM read byte by byte, without htslib: its header, and of each record what a check needs, or all
// of its bytes. Layout: SAM specification, section 4.2.
#pragma once

#include "engine/hts/block_source.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
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

/// A header as it stands at the start of a BAM. The text must be below 2 GiB.
std::string encode_bam_header(const bam_header& header);

/// The fixed part of a record.
struct bam_record_head {
    std::int32_t reference = -1;  ///< position in `bam_header::references`, or -1
    std::int32_t pos0 = -1;       ///< 0-based, or -1
    std::uint16_t flag = 0;
    std::uint32_t bases = 0;  ///< of the read
};

/// A whole record. What it points to is valid until the reader is asked for the next one.
struct bam_record {
    bam_record_head head;
    std::uint8_t mapping_quality = 0;
    /// As in the file, with the four bytes in front that say how long the rest is.
    std::span<const std::uint8_t> bytes;
    /// Four bytes per operation, at any address: the length above four bits of its kind.
    std::span<const std::uint8_t> cigar;
    std::span<const std::uint8_t> tags;  ///< what follows the base qualities; not looked into
};

/// Memory: 420 KiB for a file, and the longest record that was split between blocks. Not
/// thread-safe. Everything throws damaged_file at the first byte that cannot be, and
/// std::system_error when the disk fails.
class bam_bytes {
 public:
    /// Of a BAM file; the descriptor stays the caller's.
    bam_bytes(int fd, std::uint64_t file_bytes);
    /// Of the content of one, already inflated.
    explicit bam_bytes(std::unique_ptr<block_source> content);

    /// Call it once, first. At most 64 MiB of text and 1,048,576 references, and no memory for what
    /// is announced but not there.
    bam_header read_header();

    /// The next record, or nothing at the end. Lengths within it are checked against each other
    /// and its references against the header; what is behind the name is not looked into, and takes
    /// no memory.
    std::optional<bam_record_head> next();
    /// The same record with all of its bytes. Copies only records that lie in several blocks, and
    /// takes memory only for what is there.
    std::optional<bam_record> next_record();

    /// Whether another record begins; its place is where the reader stands then.
    bool has_next() { return fill(); }

    /// Goes on with other content, which begins with a record of the same file.
    void continue_with(std::unique_ptr<block_source> content) {
        content_ = std::move(content);
        rest_ = {};
    }
    /// Of the block that is being read, bytes that were not asked for yet.
    std::size_t left_in_block() const noexcept { return rest_.size(); }

    /// Bytes of the file taken so far.
    std::uint64_t bytes_done() const noexcept { return content_->bytes_done(); }

 private:
    bool fill();
    std::size_t read(void* into, std::size_t size);
    void take(void* into, std::size_t size);
    void skip(std::uint64_t size);
    std::span<const std::uint8_t> whole(std::size_t size);
    std::optional<std::uint32_t> next_size();
    std::uint32_t u32();
    std::string text(std::size_t size);

    std::unique_ptr<block_source> content_;
    std::span<const std::uint8_t> rest_;  // of the block that is being read
    std::vector<std::uint8_t> joined_;    // a record that lay in several blocks
    std::uint32_t references_ = 0;
};

}  // namespace callstream::hts
