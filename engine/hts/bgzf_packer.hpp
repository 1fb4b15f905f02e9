// Makes BGZF of bytes, block after block (SAM specification, section 4.1).
#pragma once

#include "engine/core/text_buffer.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace callstream::hts {

/// Takes bytes and appends whole blocks to a buffer that the caller sends or writes, and clears,
/// when it wants to. Some 350 KiB of memory, beside that buffer. Not thread-safe.
class bgzf_packer {
 public:
    bgzf_packer();
    bgzf_packer(bgzf_packer&&) noexcept;
    bgzf_packer& operator=(bgzf_packer&&) noexcept;
    ~bgzf_packer();

    /// Appends the blocks that are full now. Bytes that are added in one call stay in one block
    /// where they fit into one.
    void add(std::span<const std::uint8_t> bytes, text_buffer& out);
    /// Appends what is left as a block of its own.
    void flush(text_buffer& out);
    /// Appends what is left and the empty block that marks a complete file. Nothing may be added
    /// afterwards.
    void finish(text_buffer& out);

 private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace callstream::hts
