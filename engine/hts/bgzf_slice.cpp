#include "engine/hts/bgzf_slice.hpp"

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"
#include "engine/hts/bgzf_packer.hpp"
#include "engine/hts/bgzf_stream.hpp"

#include <algorithm>

namespace callstream::hts {
namespace {

std::uint64_t address_of(std::uint64_t virtual_offset) {
    return virtual_offset >> 16;
}
std::size_t within(std::uint64_t virtual_offset) {
    return static_cast<std::size_t>(virtual_offset & 0xffff);
}

}  // namespace

bgzf_slice::bgzf_slice(int fd, std::uint64_t file_bytes, std::uint64_t begin, std::uint64_t end)
    : fd_(fd), file_bytes_(file_bytes), begin_(begin), end_(end), raw_(address_of(begin)) {}

/// Goes on behind the block.
void bgzf_slice::append_cut(
    text_buffer& out, std::uint64_t address, std::size_t from, std::size_t to
) {
    bgzf_stream blocks(fd_, file_bytes_, address);
    auto content = blocks.next_block();
    if (blocks.block_address() != address) throw damaged_file("a block has no content");
    to = std::min(to, content.size());
    bgzf_packer packer;
    if (from < to) packer.add(content.subspan(from, to - from), out);
    packer.flush(out);
    raw_ = blocks.next_address();
}

bool bgzf_slice::append(text_buffer& out, std::size_t about) {
    const std::uint64_t end = address_of(end_);
    if (!begun_) {
        begun_ = true;
        const bool same = raw_ == end;
        const std::size_t to = same ? within(end_) : block_bytes_max;
        if (same && to <= within(begin_)) return false;
        if (same || within(begin_) > 0) append_cut(out, raw_, within(begin_), to);
        if (same) return false;
    }
    if (raw_ > end) throw damaged_file("the blocks are not where they were");
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(about, end - raw_));
    char* const room = out.prepare(count);
    if (!read_exactly(fd_, room, count, raw_)) throw damaged_file("the file shrank");
    out.commit(room + count);
    raw_ += count;
    if (raw_ < end) return true;
    if (within(end_) > 0) append_cut(out, end, 0, within(end_));
    return false;
}

}  // namespace callstream::hts
