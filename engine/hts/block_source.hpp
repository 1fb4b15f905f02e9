// Bytes that come in blocks, from wherever: a BGZF file, or a process that decodes another format.
#pragma once

#include "engine/hts/bgzf_stream.hpp"

#include <cstdint>
#include <span>

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

/// The content of a BGZF file. The descriptor stays the caller's.
class bgzf_blocks : public block_source {
 public:
    bgzf_blocks(int fd, std::uint64_t file_bytes) : stream_(fd, file_bytes) {}

    std::span<const std::uint8_t> next_block() override { return stream_.next_block(); }
    std::uint64_t bytes_done() const noexcept override { return stream_.next_address(); }

 private:
    bgzf_stream stream_;
};

}  // namespace callstream::hts
