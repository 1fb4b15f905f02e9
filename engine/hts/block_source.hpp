// Bytes that come in blocks, from wherever: a BGZF file, or a process that decodes another format.
#pragma once

#include "engine/hts/bgzf_stream.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace callstream::hts {

/// Not thread-safe.
class block_source {
 public:
    virtual ~block_source() = default;

    /// The next bytes, at least one; none at the end. Valid until the next call. Throws as
    /// `bgzf_stream` does.
    virtual std::span<const std::uint8_t> next_block() = 0;
    /// How much of the file behind it was taken, in its own bytes.
    virtual std::uint64_t bytes_done() const noexcept = 0;
};

/// The content of a BGZF file, from a virtual offset on. The descriptor stays the caller's.
class bgzf_blocks : public block_source {
 public:
    bgzf_blocks(int fd, std::uint64_t file_bytes, std::uint64_t virtual_offset = 0)
        : stream_(fd, file_bytes, virtual_offset >> 16), skip_(virtual_offset & 0xffff) {}

    std::span<const std::uint8_t> next_block() override {
        auto block = stream_.next_block();
        size_ = block.size();
        const auto skipped = std::min(std::exchange(skip_, 0), block.size());
        if (skipped > 0 && skipped == block.size()) return next_block();
        return block.subspan(skipped);
    }
    std::uint64_t bytes_done() const noexcept override { return stream_.next_address(); }
    /// Of the byte that has `left` bytes of the block that `next_block` gave last behind it and
    /// itself.
    std::uint64_t virtual_offset(std::size_t left) const noexcept {
        if (left == 0) return stream_.next_address() << 16;
        return stream_.block_address() << 16 | (size_ - left);
    }

 private:
    bgzf_stream stream_;
    std::size_t skip_;
    std::size_t size_ = 0;
};

}  // namespace callstream::hts
