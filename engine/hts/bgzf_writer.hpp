// Writes BGZF to a file.
#pragma once

#include "engine/core/text_buffer.hpp"
#include "engine/hts/bgzf_packer.hpp"

#include <cstdint>
#include <span>

namespace callstream::hts {

/// Writes to a descriptor, which stays the caller's, from where it stands. Some 600 KiB of memory.
/// Not thread-safe. Throws std::system_error.
class bgzf_writer {
 public:
    explicit bgzf_writer(int fd);
    bgzf_writer(const bgzf_writer&) = delete;
    bgzf_writer& operator=(const bgzf_writer&) = delete;

    /// Bytes that are added in one call stay in one block where they fit into one.
    void add(std::span<const std::uint8_t> bytes);
    /// Writes what is left and the empty block that marks a complete file. Nothing may be added
    /// afterwards.
    void finish();
    /// Packed bytes written so far.
    std::uint64_t bytes_written() const noexcept { return written_; }

 private:
    void flush();

    int fd_;
    bgzf_packer packer_;
    text_buffer out_;
    std::uint64_t written_ = 0;
};

}  // namespace callstream::hts
