#include "engine/hts/bgzf_packer.hpp"

#include "engine/hts/bgzf_stream.hpp"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <vector>

namespace callstream::hts {
namespace {

/// Of content in a block, as htslib cuts it: what cannot be packed still fits.
constexpr std::size_t content_max = 0xff00;
constexpr std::size_t header_bytes = 18;
constexpr std::size_t footer_bytes = 8;
constexpr std::size_t stored_head_bytes = 5;
constexpr std::array<std::uint8_t, header_bytes> block_header = {
    0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 'B', 'C', 2, 0, 0, 0};

void put_u16(std::uint8_t* into, std::size_t value) {
    into[0] = static_cast<std::uint8_t>(value);
    into[1] = static_cast<std::uint8_t>(value >> 8);
}

void put_u32(std::uint8_t* into, std::uint32_t value) {
    put_u16(into, value & 0xffff);
    put_u16(into + 2, value >> 16);
}

/// One last block of DEFLATE that is not packed.
std::size_t store(std::span<const std::uint8_t> content, std::uint8_t* into) {
    into[0] = 1;
    put_u16(into + 1, content.size());
    put_u16(into + 3, ~content.size());
    if (!content.empty()) std::memcpy(into + stored_head_bytes, content.data(), content.size());
    return stored_head_bytes + content.size();
}

void append_eof_block(text_buffer& out) {
    constexpr std::string_view empty("\3\0\0\0\0\0\0\0\0\0", 10);
    constexpr std::size_t size = header_bytes + empty.size();
    auto* const block = reinterpret_cast<std::uint8_t*>(out.prepare(size));
    std::memcpy(block, block_header.data(), header_bytes);
    std::memcpy(block + header_bytes, empty.data(), empty.size());
    put_u16(block + header_bytes - 2, size - 1);
    out.commit(reinterpret_cast<const char*>(block + size));
}

}  // namespace

struct bgzf_packer::state {
    isal_zstream stream;
    std::vector<std::uint8_t> tables = std::vector<std::uint8_t>(ISAL_DEF_LVL3_DEFAULT);
    std::array<std::uint8_t, content_max> content;
    std::size_t content_bytes = 0;

    /// Packed bytes, or 0 where packing gains nothing.
    std::size_t deflate(std::uint8_t* into, std::size_t room) {
        isal_deflate_stateless_init(&stream);
        stream.level = 3;
        stream.level_buf = tables.data();
        stream.level_buf_size = static_cast<std::uint32_t>(tables.size());
        stream.end_of_stream = 1;
        stream.flush = NO_FLUSH;
        stream.next_in = content.data();
        stream.avail_in = static_cast<std::uint32_t>(content_bytes);
        stream.next_out = into;
        stream.avail_out = static_cast<std::uint32_t>(room);
        const bool packed = isal_deflate_stateless(&stream) == COMP_OK && stream.avail_in == 0;
        return packed ? room - stream.avail_out : 0;
    }
    void append_block(text_buffer& out) {
        auto* const block = reinterpret_cast<std::uint8_t*>(out.prepare(block_bytes_max));
        std::memcpy(block, block_header.data(), header_bytes);
        std::uint8_t* const data = block + header_bytes;
        std::size_t packed = deflate(data, stored_head_bytes + content_bytes);
        if (packed == 0) packed = store({content.data(), content_bytes}, data);
        put_u32(data + packed, crc32_gzip_refl(0, content.data(), content_bytes));
        put_u32(data + packed + 4, static_cast<std::uint32_t>(content_bytes));
        const std::size_t size = header_bytes + packed + footer_bytes;
        put_u16(block + header_bytes - 2, size - 1);
        out.commit(reinterpret_cast<const char*>(block + size));
        content_bytes = 0;
    }
};

bgzf_packer::bgzf_packer() : state_(std::make_unique<state>()) {}
bgzf_packer::bgzf_packer(bgzf_packer&&) noexcept = default;
bgzf_packer& bgzf_packer::operator=(bgzf_packer&&) noexcept = default;
bgzf_packer::~bgzf_packer() = default;

void bgzf_packer::add(std::span<const std::uint8_t> bytes, text_buffer& out) {
    auto& s = *state_;
    if (s.content_bytes + bytes.size() > content_max && bytes.size() <= content_max) {
        s.append_block(out);
    }
    while (!bytes.empty()) {
        const std::size_t piece = std::min(bytes.size(), content_max - s.content_bytes);
        std::memcpy(s.content.data() + s.content_bytes, bytes.data(), piece);
        s.content_bytes += piece;
        bytes = bytes.subspan(piece);
        if (s.content_bytes == content_max) s.append_block(out);
    }
}

void bgzf_packer::flush(text_buffer& out) {
    if (state_->content_bytes > 0) state_->append_block(out);
}

void bgzf_packer::finish(text_buffer& out) {
    flush(out);
    append_eof_block(out);
}

}  // namespace callstream::hts
