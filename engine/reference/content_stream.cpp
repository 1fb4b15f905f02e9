#include "engine/reference/content_stream.hpp"

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"

#include <algorithm>

namespace callstream::reference {
namespace {

// The first piece after a seek is small, since most requests are.
constexpr std::size_t piece_first = 16 * 1024;
constexpr std::size_t piece_max = 256 * 1024;

}  // namespace

content_stream::content_stream(int fd, std::uint64_t file_bytes, const block_index* blocks)
    : fd_(fd), file_bytes_(file_bytes), blocks_(blocks) {
    if (blocks_ != nullptr) packed_.emplace(fd, file_bytes);
}

void content_stream::seek(std::uint64_t offset) noexcept {
    offset_ = offset;
    moved_ = true;
}

std::span<const std::uint8_t> content_stream::next() {
    return blocks_ == nullptr ? next_plain() : next_block();
}

std::span<const std::uint8_t> content_stream::next_plain() {
    if (offset_ >= file_bytes_) return {};
    const std::size_t wanted = moved_ ? piece_first : std::min(2 * plain_bytes_, piece_max);
    if (wanted > plain_bytes_) {
        plain_ = std::make_unique_for_overwrite<std::uint8_t[]>(wanted);
        plain_bytes_ = wanted;
    }
    moved_ = false;
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(wanted, file_bytes_ - offset_));
    if (!read_exactly(fd_, plain_.get(), size, offset_)) throw damaged_file("the file shrank");
    offset_ += size;
    return {plain_.get(), size};
}

std::span<const std::uint8_t> content_stream::next_block() {
    const auto& starts = blocks_->blocks();
    if (moved_) {
        block_ = blocks_->floor(offset_);
        packed_->seek(starts[block_].packed);
    }
    auto content = packed_->next_block();
    if (content.empty()) {
        if (moved_ && offset_ > starts[block_].inflated)
            throw damaged_file("the file is too short");
        return {};
    }
    // Empty blocks may have been skipped; what follows them has a start of its own.
    while (block_ + 1 < starts.size() && starts[block_].packed < packed_->block_address()) ++block_;
    const block_start start = starts[block_];
    const bool is_last = block_ + 1 == starts.size();
    const bool as_indexed =
        start.packed == packed_->block_address() &&
        (moved_ ? start.inflated <= offset_ : start.inflated == offset_) &&
        (is_last || starts[block_ + 1].inflated - start.inflated == content.size());
    if (!as_indexed) throw damaged_file("the block index does not belong to the file");
    const std::uint64_t end = start.inflated + content.size();
    if (offset_ >= end) {
        if (offset_ > end) throw damaged_file("the file is too short");
        return {};
    }
    content = content.subspan(static_cast<std::size_t>(offset_ - start.inflated));
    offset_ = end;
    moved_ = false;
    return content;
}

}  // namespace callstream::reference
