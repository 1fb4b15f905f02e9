// Where the blocks of a BGZF file begin, packed and inflated: the content of a `.gzi` (bgzip(1)).
#pragma once

#include "engine/core/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::reference {

struct block_start {
    std::uint64_t packed = 0;    ///< byte of the file
    std::uint64_t inflated = 0;  ///< byte of the content
    bool operator==(const block_start&) const = default;
};

/// Immutable. The first block, which a .gzi leaves out, is in it.
class block_index {
 public:
    static constexpr std::size_t blocks_max = std::size_t{1} << 24;
    static constexpr std::size_t text_bytes_max = 8 + 16 * blocks_max;

    /// Starts of all blocks with content, the first at (0, 0). Checks that they go on in steps that
    /// blocks can have and stay within a file of `file_bytes`.
    static result<block_index> from(std::vector<block_start> blocks, std::uint64_t file_bytes);
    static result<block_index> parse(std::string_view gzi, std::uint64_t file_bytes);
    /// As bgzip writes it.
    std::string to_gzi() const;

    const std::vector<block_start>& blocks() const noexcept { return blocks_; }
    /// Position in `blocks` of the last block that starts at or before the inflated byte `offset`.
    std::size_t floor(std::uint64_t offset) const;

 private:
    std::vector<block_start> blocks_;
};

}  // namespace callstream::reference
