// A stretch of a BGZF file's content as BGZF: blocks that lie within it leave as they are, those at
// its ends are cut and packed anew.
#pragma once

#include "engine/core/text_buffer.hpp"

#include <cstddef>
#include <cstdint>

namespace callstream::hts {

/// Content between two virtual offsets, without an end-of-file block. The descriptor stays the
/// caller's. Not thread-safe. Throws damaged_file where a cut block is damaged or the file ends too
/// early, std::system_error when the disk fails. Blocks that are not cut are not looked into.
class bgzf_slice {
 public:
    /// `begin` is not behind `end`; an end within a block of 0 means before that block.
    bgzf_slice(int fd, std::uint64_t file_bytes, std::uint64_t begin, std::uint64_t end);

    /// Appends some `about` bytes, or the two cut blocks. False when nothing is left behind them.
    bool append(text_buffer& out, std::size_t about);

 private:
    void append_cut(text_buffer& out, std::uint64_t address, std::size_t from, std::size_t to);

    int fd_;
    std::uint64_t file_bytes_;
    std::uint64_t begin_;
    std::uint64_t end_;
    std::uint64_t raw_ = 0;  // address of what leaves as it is next
    bool begun_ = false;
};

}  // namespace callstream::hts
