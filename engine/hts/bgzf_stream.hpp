// Content of a BGZF file, block after block, without htslib: for files whose counts must be checked
// before anybody believes them (indexes, headers, references).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace callstream::hts {

/// What a block holds at most, inflated or packed (SAM specification, section 4.1).
inline constexpr std::size_t block_bytes_max = 65536;

/// Inflates single blocks. Holds some 90 KiB of tables and what it inflated last. Not thread-safe.
class block_inflater {
 public:
    block_inflater();
    ~block_inflater();
    block_inflater(block_inflater&&) noexcept;
    block_inflater& operator=(block_inflater&&) noexcept;

    /// The content of `packed`, which is one whole block; valid until the next call. Throws
    /// damaged_file unless length and CRC-32 are what the block's footer says.
    std::span<const std::uint8_t> inflate(std::span<const std::uint8_t> packed);

 private:
    struct state;
    std::unique_ptr<state> state_;
};

/// Reads by pread at its own offset, at most 256 KiB ahead; 420 KiB of memory at most. The
/// descriptor stays the caller's and must outlive the stream. Not thread-safe; streams over one
/// descriptor are independent. Throws damaged_file where the chain of blocks breaks, and
/// std::system_error when the disk fails.
class bgzf_stream {
 public:
    /// Starts with the block at the byte `address` of a file of `file_bytes` bytes.
    bgzf_stream(int fd, std::uint64_t file_bytes, std::uint64_t address = 0);

    /// Content of the next block that has any; empty at the end of the file. Valid until the next
    /// call of any member.
    std::span<const std::uint8_t> next_block();
    /// Where the block that `next_block` gave last starts in the file.
    std::uint64_t block_address() const noexcept { return block_; }
    /// Of the next block to be read: all packed bytes up to here were taken.
    std::uint64_t next_address() const noexcept { return address_; }
    /// Whether the last block that was read is an empty one, as a complete file's last block is.
    bool last_was_empty() const noexcept { return last_was_empty_; }

    /// Continues with the block at `address`, wherever the stream stands.
    void seek(std::uint64_t address) noexcept { address_ = address; }

    /// The next bytes of the content, into `into`, however many blocks they span: how many were
    /// read, which is less than `size` only at the end of the file. Continues behind a block that
    /// `next_block` gave.
    std::size_t read(void* into, std::size_t size);

 private:
    void read_ahead();
    std::span<const std::uint8_t> packed_block();

    int fd_;
    std::uint64_t file_bytes_;
    std::uint64_t address_;
    std::uint64_t block_ = 0;
    bool last_was_empty_ = false;
    block_inflater inflater_;
    std::span<const std::uint8_t> rest_;  // of the block that `read` is in
    // Packed bytes of the file from `ahead_from_` on.
    std::unique_ptr<std::uint8_t[]> ahead_;
    std::size_t ahead_capacity_ = 0;
    std::size_t ahead_bytes_ = 0;
    std::uint64_t ahead_from_ = 0;
};

}  // namespace callstream::hts
