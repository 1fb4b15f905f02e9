#include "engine/hts/bgzf.hpp"

#include "engine/core/file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

namespace callstream::hts {
namespace {

constexpr std::size_t header_bytes = 12;  // gzip header up to and including XLEN
constexpr std::size_t footer_bytes = 8;   // CRC-32 and inflated size
constexpr std::array<unsigned char, 28> eof_block = {0x1f, 0x8b, 0x08, 0x04, 0, 0, 0,    0, 0, 0xff,
                                                     6,    0,    0x42, 0x43, 2, 0, 0x1b, 0, 3, 0,
                                                     0,    0,    0,    0,    0, 0, 0,    0};

unsigned u16(const unsigned char* p) {
    return p[0] | static_cast<unsigned>(p[1]) << 8;
}

bool is_gzip(const unsigned char* p) {
    return p[0] == 0x1f && p[1] == 0x8b && p[2] == 8;
}

}  // namespace

std::size_t block_bytes(const unsigned char* p, std::size_t available) {
    if (available < header_bytes || !is_gzip(p) || (p[3] & 4) == 0) return 0;
    const std::size_t end = std::min<std::size_t>(available, header_bytes + u16(p + 10));
    for (std::size_t at = header_bytes; at + 4 <= end; at += 4 + u16(p + at + 2)) {
        const bool is_bc = p[at] == 'B' && p[at + 1] == 'C' && u16(p + at + 2) == 2;
        if (is_bc && at + 6 <= end) return u16(p + at + 4) + 1U;
    }
    return 0;
}

compression compression_of(int fd) {
    std::array<unsigned char, 64> head{};
    std::size_t size = head.size();
    while (size > 0 && !read_exactly(fd, head.data(), size, 0)) --size;
    if (size < 3 || !is_gzip(head.data())) return compression::none;
    return block_bytes(head.data(), size) > 0 ? compression::bgzf : compression::gzip;
}

bool has_eof_block(int fd, std::uint64_t size) {
    if (size < eof_block.size()) return false;
    std::array<unsigned char, eof_block.size()> tail{};
    return read_exactly(fd, tail.data(), tail.size(), size - tail.size()) && tail == eof_block;
}

result<compression> seekable_compression_of(int fd, std::uint64_t size) {
    const auto found = compression_of(fd);
    if (found == compression::gzip) {
        return error{
            errc::file_unusable,
            "is compressed with plain gzip, which has no index; mend it with "
            "gunzip -c FILE | bgzip > NEW"};
    }
    if (found == compression::bgzf && !has_eof_block(fd, size)) {
        return error{
            errc::file_unusable,
            "ends without its BGZF end-of-file block, so it was cut off; get it again"};
    }
    return found;
}

std::uint64_t provisional_fingerprint(int fd, std::uint64_t size) {
    constexpr std::uint64_t window = 64 * 1024;
    running_hash hash;
    hash.add(&size, sizeof size);
    std::vector<char> bytes(std::min(size, window));
    if (read_exactly(fd, bytes.data(), bytes.size(), 0)) hash.add(bytes.data(), bytes.size());
    if (read_exactly(fd, bytes.data(), bytes.size(), size - bytes.size())) {
        hash.add(bytes.data(), bytes.size());
    }
    return hash.value().low;
}

result<hash128> content_fingerprint(int fd, std::uint64_t size, std::stop_token stop) {
    // One read per block covers the end of a block and the header of the next.
    constexpr std::size_t look_ahead = 64;
    std::array<unsigned char, footer_bytes + look_ahead> border{};
    if (size < footer_bytes) throw damaged_file("the file is empty");
    running_hash hash;
    std::size_t block = 0;
    for (std::uint64_t at = 0; at < size; at += block) {
        if (stop.stop_requested()) return error{errc::unavailable, "the server is stopping"};
        const std::uint64_t from = at == 0 ? 0 : at - footer_bytes;
        const std::size_t length = std::min<std::uint64_t>(border.size(), size - from);
        if (!read_exactly(fd, border.data(), length, from)) throw damaged_file("file shrank");
        const std::size_t skip = at - from;
        if (skip > 0) hash.add(border.data(), footer_bytes);
        block = block_bytes(border.data() + skip, length - skip);
        if (block < header_bytes + footer_bytes || block > size - at) {
            throw damaged_file("no BGZF block at byte " + std::to_string(at));
        }
        const auto packed = static_cast<std::uint32_t>(block);
        hash.add(&packed, sizeof packed);
    }
    if (!read_exactly(fd, border.data(), footer_bytes, size - footer_bytes)) {
        throw damaged_file("file shrank");
    }
    hash.add(border.data(), footer_bytes);
    return hash.value();
}

}  // namespace callstream::hts
