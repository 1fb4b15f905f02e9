// BAM and CRAM files made by hand, field by field.
#pragma once

#include "tests/support/bgzf_builder.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <zlib.h>

namespace callstream::testing {

inline void append_u32(std::string& out, std::uint64_t value) {
    append_little_endian(out, value, 4);
}

/// Content of a BAM file up to its first record.
inline std::string bam_header_bytes(
    std::string_view text, const std::vector<std::pair<std::string, std::uint32_t>>& references
) {
    std::string out("BAM\1", 4);
    append_u32(out, text.size());
    out += text;
    append_u32(out, references.size());
    for (const auto& [name, length] : references) {
        append_u32(out, name.size() + 1);
        out += name + '\0';
        append_u32(out, length);
    }
    return out;
}

/// A record of a read of four bases without CIGAR and tags.
inline std::string bam_record_bytes(
    std::int32_t reference, std::int32_t pos0, unsigned flag = 0, std::string_view name = "read"
) {
    std::string body;
    append_u32(body, static_cast<std::uint32_t>(reference));
    append_u32(body, static_cast<std::uint32_t>(pos0));
    append_little_endian(body, name.size() + 1, 1);
    append_little_endian(body, 60, 1);
    append_little_endian(body, 4681, 2);
    append_little_endian(body, 0, 2);
    append_little_endian(body, flag, 2);
    append_u32(body, 4);
    append_u32(body, 0xffffffff);
    append_u32(body, 0xffffffff);
    append_u32(body, 0);
    body += std::string(name) + '\0' + "\x12\x48" + "\x1e\x1e\x1e\x1e";
    std::string out;
    append_u32(out, body.size());
    return out + body;
}

/// What a record with an alignment is made of.
struct bam_read {
    std::int32_t reference = 0;
    std::int32_t pos0 = 0;
    std::vector<std::pair<std::uint32_t, char>> cigar;  ///< {10, 'M'}
    unsigned flag = 0;
    std::uint32_t bases = 0;
    std::string tags;  ///< as they are in the file
};

inline std::string packed_cigar(const std::vector<std::pair<std::uint32_t, char>>& cigar) {
    std::string out;
    for (const auto& [length, kind] : cigar) {
        append_u32(out, length << 4 | std::string_view("MIDNSHP=XB").find(kind));
    }
    return out;
}

inline std::string bam_record_bytes(const bam_read& read) {
    std::string body;
    append_u32(body, static_cast<std::uint32_t>(read.reference));
    append_u32(body, static_cast<std::uint32_t>(read.pos0));
    append_little_endian(body, 5, 1);
    append_little_endian(body, 60, 1);
    append_little_endian(body, 4681, 2);
    append_little_endian(body, read.cigar.size(), 2);
    append_little_endian(body, read.flag, 2);
    append_u32(body, read.bases);
    append_u32(body, 0xffffffff);
    append_u32(body, 0xffffffff);
    append_u32(body, 0);
    body += std::string("read") + '\0' + packed_cigar(read.cigar);
    body += std::string((read.bases + 1) / 2, '\x11') + std::string(read.bases, '\x1e');
    body += read.tags;
    std::string out;
    append_u32(out, body.size());
    return out + body;
}

/// A number as CRAM has it, always in five bytes, so that any value fits.
inline std::string itf8(std::int64_t value) {
    const auto bits = static_cast<std::uint32_t>(value);
    std::string out;
    out += static_cast<char>(0xf0 | bits >> 28);
    for (const int shift : {20, 12, 4}) out += static_cast<char>(bits >> shift & 0xff);
    return out + static_cast<char>(bits & 0x0f);
}

/// Containers and blocks of CRAM 2.1 (without checksums) or 3.x (with them).
class cram_builder {
 public:
    explicit cram_builder(unsigned major = 3, unsigned minor = 0) : major_(major) {
        bytes_ = "CRAM";
        bytes_ += static_cast<char>(major);
        bytes_ += static_cast<char>(minor);
        bytes_ += std::string(20, '\0');
    }

    std::string block(
        unsigned method, unsigned content, std::string_view data, std::int64_t raw_bytes = -1
    ) const {
        std::string out;
        out += static_cast<char>(method);
        out += static_cast<char>(content);
        out += itf8(0) + itf8(static_cast<std::int64_t>(data.size()));
        out += itf8(raw_bytes < 0 ? static_cast<std::int64_t>(data.size()) : raw_bytes);
        out += data;
        return out + checksum(out);
    }

    cram_builder& container(
        std::int64_t reference,
        std::int64_t start1,
        std::int64_t records,
        std::string_view blocks,
        std::int64_t block_count
    ) {
        std::string head;
        append_u32(head, blocks.size());
        head += itf8(reference) + itf8(start1) + itf8(100) + itf8(records);
        head += std::string(2, '\0');  // number of the first record, bases
        head += itf8(block_count) + itf8(0);
        bytes_ += head + checksum(head) + std::string(blocks);
        return *this;
    }
    cram_builder& header(std::string_view text) {
        return container(0, 0, 0, block(0, 0, header_content(text)), 1);
    }
    static std::string header_content(std::string_view text) {
        std::string content;
        append_u32(content, text.size());
        return content + std::string(text);
    }
    /// The container that marks the end.
    cram_builder& end() {
        using namespace std::string_view_literals;
        bytes_ += major_ < 3
                      ? "\x0b\0\0\0\xff\xff\xff\xff\x0f\xe0\x45\x4f\x46\0\0\0\0\1\0\0\1\0\6\6\1\0\1"
                        "\0\1\0"sv
                      : "\x0f\0\0\0\xff\xff\xff\xff\x0f\xe0\x45\x4f\x46\0\0\0\0\1\0\5\xbd\xd9\x4f\0"
                        "\1\0\6\6\1\0\1\0\1\0\xee\x63\1\x4b"sv;
        return *this;
    }
    const std::string& bytes() const { return bytes_; }

 private:
    std::string checksum(const std::string& of) const {
        std::string out;
        if (major_ < 3) return out;
        append_u32(out, crc32(0, reinterpret_cast<const Bytef*>(of.data()), of.size()));
        return out;
    }

    unsigned major_;
    std::string bytes_;
};

}  // namespace callstream::testing
