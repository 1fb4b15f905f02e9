// BGZF made by hand, so that a test decides where blocks are cut (SAM specification, section 4.1).
#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <zlib.h>

namespace callstream::testing {

inline void append_little_endian(std::string& out, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

/// One block; without content it is the end-of-file block. Level 0 stores: its size depends on the
/// size of the content alone.
inline std::string bgzf_block(std::string_view content, int level = 6) {
    std::string packed(content.size() + 1024, '\0');
    z_stream z{};
    if (deflateInit2(&z, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::runtime_error("deflateInit2");
    }
    const auto* input = reinterpret_cast<const Bytef*>(content.data());
    z.next_in = const_cast<Bytef*>(input);
    z.avail_in = static_cast<uInt>(content.size());
    z.next_out = reinterpret_cast<Bytef*>(packed.data());
    z.avail_out = static_cast<uInt>(packed.size());
    const int status = deflate(&z, Z_FINISH);
    packed.resize(packed.size() - z.avail_out);
    deflateEnd(&z);
    if (status != Z_STREAM_END) throw std::runtime_error("deflate");
    std::string out("\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0", 16);
    append_little_endian(out, 18 + packed.size() + 8 - 1, 2);
    out += packed;
    append_little_endian(out, crc32(crc32(0, nullptr, 0), input, z.total_in), 4);
    append_little_endian(out, content.size(), 4);
    return out;
}

/// A whole file in blocks of `block_bytes` of content, with the end-of-file block.
inline std::string bgzf_file(
    std::string_view content, std::size_t block_bytes = 0xff00, int level = 6
) {
    std::string out;
    for (std::size_t at = 0; at < content.size(); at += block_bytes) {
        out += bgzf_block(content.substr(at, block_bytes), level);
    }
    return out + bgzf_block("");
}

/// Inflates gzip members one after the other, as far as they go. What is decodable of a stream that
/// has not ended is returned too; bytes that are not gzip throw.
inline std::string gunzip(std::string_view packed) {
    std::string out;
    z_stream z{};
    if (inflateInit2(&z, 31) != Z_OK) throw std::runtime_error("inflateInit2");
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    z.avail_in = static_cast<uInt>(packed.size());
    char piece[65536];
    int status = Z_OK;
    do {
        z.next_out = reinterpret_cast<Bytef*>(piece);
        z.avail_out = sizeof piece;
        status = inflate(&z, Z_SYNC_FLUSH);
        out.append(piece, sizeof piece - z.avail_out);
        if (status == Z_STREAM_END && z.avail_in > 0) status = inflateReset(&z);
    } while (status == Z_OK && (z.avail_in > 0 || z.avail_out == 0));
    inflateEnd(&z);
    const bool sound = status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR;
    if (!sound) throw std::runtime_error("not gzip");
    return out;
}

/// The last block that a complete file ends with.
inline const std::string& eof_block() {
    static const std::string block = bgzf_block("");
    return block;
}

}  // namespace callstream::testing
