// Bytes of a FASTA file from any inflated offset on, whether the file is packed or not.
#pragma once

#include "engine/hts/bgzf_stream.hpp"
#include "engine/reference/block_index.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace callstream::reference {

/// Descriptor and index are the caller's and must outlive the stream. Holds 420 KiB at most. Not
/// thread-safe; streams over one descriptor are independent. Throws damaged_file where the file is
/// not what the block index says, and std::system_error when the disk fails.
class content_stream {
 public:
    /// `blocks` is null for a file that is not packed.
    content_stream(int fd, std::uint64_t file_bytes, const block_index* blocks);

    /// The next call of `next` begins at the inflated byte `offset`.
    void seek(std::uint64_t offset) noexcept;
    /// The next run of bytes; empty at the end. Valid until the next call of any member.
    std::span<const std::uint8_t> next();

 private:
    std::span<const std::uint8_t> next_plain();
    std::span<const std::uint8_t> next_block();

    int fd_;
    std::uint64_t file_bytes_;
    const block_index* blocks_;
    std::uint64_t offset_ = 0;
    bool moved_ = true;      // the block of `offset_` is to be looked up
    std::size_t block_ = 0;  // the one that was read last
    std::optional<hts::bgzf_stream> packed_;
    std::unique_ptr<std::uint8_t[]> plain_;
    std::size_t plain_bytes_ = 0;
};

}  // namespace callstream::reference
