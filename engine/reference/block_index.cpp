#include "engine/reference/block_index.hpp"

#include "engine/hts/bgzf_stream.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace callstream::reference {
namespace {

static_assert(std::endian::native == std::endian::little, "a .gzi is little-endian");

error unusable(std::string why) {
    return {errc::file_unusable, std::move(why)};
}

}  // namespace

result<block_index> block_index::from(std::vector<block_start> blocks, std::uint64_t file_bytes) {
    constexpr std::uint64_t step_max = hts::block_bytes_max;
    if (blocks.empty() || blocks.front() != block_start{}) return unusable("it has no first block");
    for (std::size_t i = 1; i < blocks.size(); ++i) {
        const auto& last = blocks[i - 1];
        const auto& next = blocks[i];
        // Where empty blocks stand between two others, the packed step is a little larger.
        const bool forward = next.packed > last.packed && next.inflated >= last.inflated;
        if (!forward || next.inflated - last.inflated > step_max) {
            return unusable("block " + std::to_string(i) + " cannot follow the one before it");
        }
    }
    if (blocks.back().packed >= file_bytes) return unusable("a block is beyond the end");
    block_index index;
    index.blocks_ = std::move(blocks);
    return index;
}

result<block_index> block_index::parse(std::string_view gzi, std::uint64_t file_bytes) {
    std::uint64_t count = 0;
    if (gzi.size() < sizeof count) return unusable("it is too short");
    std::memcpy(&count, gzi.data(), sizeof count);
    gzi.remove_prefix(sizeof count);
    // Compared by division, so that no count can overflow; then the size vouches for the count.
    if (gzi.size() % sizeof(block_start) != 0 || gzi.size() / sizeof(block_start) != count) {
        return unusable("its size is not what its count of blocks asks for");
    }
    if (count >= blocks_max) return unusable("it has too many blocks");
    std::vector<block_start> blocks(count + 1);
    if (count > 0) std::memcpy(&blocks[1], gzi.data(), gzi.size());
    return from(std::move(blocks), file_bytes);
}

std::string block_index::to_gzi() const {
    const std::uint64_t count = blocks_.size() - 1;
    std::string bytes(sizeof count + count * sizeof(block_start), '\0');
    std::memcpy(bytes.data(), &count, sizeof count);
    if (count > 0)
        std::memcpy(bytes.data() + sizeof count, &blocks_[1], bytes.size() - sizeof count);
    return bytes;
}

std::size_t block_index::floor(std::uint64_t offset) const {
    const auto behind = std::upper_bound(
        blocks_.begin(),
        blocks_.end(),
        offset,
        [](std::uint64_t o, const block_start& b) { return o < b.inflated; }
    );
    return static_cast<std::size_t>(behind - blocks_.begin()) - 1;
}

}  // namespace callstream::reference
