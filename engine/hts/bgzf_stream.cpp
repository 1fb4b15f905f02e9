#include "engine/hts/bgzf_stream.hpp"

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"
#include "engine/hts/bgzf.hpp"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace callstream::hts {
namespace {

constexpr std::size_t fixed_header_bytes = 12;  // up to and including XLEN
constexpr std::size_t footer_bytes = 8;         // CRC-32 and inflated size
constexpr std::size_t ahead_first = 64 * 1024;
constexpr std::size_t ahead_max = 256 * 1024;

unsigned u16(const std::uint8_t* p) {
    return p[0] | static_cast<unsigned>(p[1]) << 8;
}

std::uint32_t u32(const std::uint8_t* p) {
    return u16(p) | static_cast<std::uint32_t>(u16(p + 2)) << 16;
}

}  // namespace

struct block_inflater::state {
    inflate_state isal;
    std::array<std::uint8_t, block_bytes_max> content;
};

block_inflater::block_inflater() : state_(std::make_unique_for_overwrite<state>()) {
    isal_inflate_init(&state_->isal);
}
block_inflater::~block_inflater() = default;
block_inflater::block_inflater(block_inflater&&) noexcept = default;
block_inflater& block_inflater::operator=(block_inflater&&) noexcept = default;

std::span<const std::uint8_t> block_inflater::inflate(std::span<const std::uint8_t> packed) {
    // A flag beside FEXTRA would put a name or a checksum before the data; BGZF has none.
    constexpr std::uint8_t extra_field_only = 4;
    const bool is_block = packed.size() >= fixed_header_bytes + footer_bytes &&
                          packed[3] == extra_field_only &&
                          block_bytes(packed.data(), packed.size()) == packed.size();
    if (!is_block) throw damaged_file("a BGZF block is malformed");
    const std::size_t head = fixed_header_bytes + u16(packed.data() + 10);
    if (head + footer_bytes > packed.size()) throw damaged_file("a BGZF block is malformed");
    const std::uint8_t* footer = packed.data() + packed.size() - footer_bytes;
    const std::uint32_t inflated_bytes = u32(footer + 4);
    if (inflated_bytes > block_bytes_max) throw damaged_file("a BGZF block is too large");

    inflate_state& isal = state_->isal;
    isal_inflate_reset(&isal);
    isal.crc_flag = ISAL_DEFLATE;
    isal.next_in = const_cast<std::uint8_t*>(packed.data()) + head;
    isal.avail_in = static_cast<std::uint32_t>(packed.size() - head - footer_bytes);
    isal.next_out = state_->content.data();
    isal.avail_out = inflated_bytes;
    const bool complete = isal_inflate_stateless(&isal) == ISAL_DECOMP_OK && isal.avail_out == 0;
    if (!complete) throw damaged_file("a BGZF block cannot be inflated");
    if (crc32_gzip_refl(0, state_->content.data(), inflated_bytes) != u32(footer)) {
        throw damaged_file("a BGZF block has the wrong checksum");
    }
    return {state_->content.data(), inflated_bytes};
}

bgzf_stream::bgzf_stream(int fd, std::uint64_t file_bytes, std::uint64_t address)
    : fd_(fd), file_bytes_(file_bytes), address_(address) {}

/// Reads ahead from `address_` on: little after a jump, more and more while nobody jumps.
void bgzf_stream::read_ahead() {
    const bool goes_on = address_ >= ahead_from_ && address_ - ahead_from_ <= ahead_bytes_;
    const std::size_t window =
        goes_on ? std::min(std::max(ahead_first, 2 * ahead_bytes_), ahead_max) : ahead_first;
    if (window > ahead_capacity_) {
        ahead_ = std::make_unique_for_overwrite<std::uint8_t[]>(window);
        ahead_capacity_ = window;
    }
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(window, file_bytes_ - address_));
    ahead_bytes_ = 0;
    if (!read_exactly(fd_, ahead_.get(), size, address_)) throw damaged_file("the file shrank");
    ahead_from_ = address_;
    ahead_bytes_ = size;
}

std::span<const std::uint8_t> bgzf_stream::packed_block() {
    // A second look follows where the first window ends within the block.
    for (int look = 0; look < 2; ++look) {
        const bool inside = address_ >= ahead_from_ && address_ - ahead_from_ < ahead_bytes_;
        if (inside) {
            const std::uint8_t* block = ahead_.get() + (address_ - ahead_from_);
            const auto available =
                static_cast<std::size_t>(ahead_bytes_ - (address_ - ahead_from_));
            const std::size_t packed = block_bytes(block, available);
            if (packed > 0 && packed <= available) return {block, packed};
        }
        if (look == 0) read_ahead();
    }
    throw damaged_file("no BGZF block at byte " + std::to_string(address_));
}

std::span<const std::uint8_t> bgzf_stream::next_block() {
    rest_ = {};
    while (address_ < file_bytes_) {
        const auto packed = packed_block();
        const auto content = inflater_.inflate(packed);
        block_ = address_;
        address_ += packed.size();
        last_was_empty_ = content.empty();
        if (!content.empty()) return content;
    }
    return {};
}

std::size_t bgzf_stream::read(void* into, std::size_t size) {
    auto* out = static_cast<std::uint8_t*>(into);
    std::size_t done = 0;
    while (done < size) {
        if (rest_.empty()) rest_ = next_block();
        if (rest_.empty()) break;
        const std::size_t piece = std::min(rest_.size(), size - done);
        std::memcpy(out + done, rest_.data(), piece);
        rest_ = rest_.subspan(piece);
        done += piece;
    }
    return done;
}

}  // namespace callstream::hts
