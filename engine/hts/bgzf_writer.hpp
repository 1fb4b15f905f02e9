// Writes BGZF, block after block (SAM specification, section 4.1).
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace callstream::hts {

/// Writes to a descriptor, which stays the caller's, from where it stands. Some 600 KiB of memory.
/// Not thread-safe. Throws std::system_error.
class bgzf_writer {
 public:
    explicit bgzf_writer(int fd);
    ~bgzf_writer();
    bgzf_writer(const bgzf_writer&) = delete;
    bgzf_writer& operator=(const bgzf_writer&) = delete;

    /// Bytes that are added in one call stay in one block where they fit into one.
    void add(std::span<const std::uint8_t> bytes);
    /// Writes what is left and the empty block that marks a complete file. Nothing may be added
    /// afterwards.
    void finish();
    /// Packed bytes written so far.
    std::uint64_t bytes_written() const noexcept;

 private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace callstream::hts
