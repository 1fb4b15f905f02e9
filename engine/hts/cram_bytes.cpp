#include "engine/hts/cram_bytes.hpp"

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"
#include "engine/hts/bam_bytes.hpp"
#include "engine/hts/gzip.hpp"

#include <isa-l/crc.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>
#include <vector>

namespace callstream::hts {
namespace {

static_assert(std::endian::native == std::endian::little, "CRAM is little-endian");

using namespace std::string_view_literals;

constexpr std::uint64_t definition_bytes = 26;
constexpr std::uint32_t landmarks_max = 1 << 20;

constexpr auto eof_2 =
    "\x0b\x00\x00\x00\xff\xff\xff\xff\x0f\xe0\x45\x4f\x46\x00\x00\x00\x00\x01\x00\x00\x01\x00\x06"
    "\x06\x01\x00\x01\x00\x01\x00"sv;
constexpr auto eof_3 =
    "\x0f\x00\x00\x00\xff\xff\xff\xff\x0f\xe0\x45\x4f\x46\x00\x00\x00\x00\x01\x00\x05\xbd\xd9\x4f"
    "\x00\x01\x00\x06\x06\x01\x00\x01\x00\x01\x00\xee\x63\x01\x4b"sv;

constexpr std::array<std::string_view, 9> method_names = {
    "raw", "gzip", "bzip2", "lzma", "rANS4x8", "rANSNx16", "arithmetic", "fqzcomp", "tok3"};

constexpr std::uint8_t raw_method = 0;
constexpr std::uint8_t gzip_method = 1;
constexpr std::uint8_t file_header_content = 0;

/// Bytes of the file in order, with the CRC-32 of those since it was asked to start.
class byte_source {
 public:
    byte_source(int fd, std::uint64_t file_bytes) : fd_(fd), file_bytes_(file_bytes) {}

    std::uint64_t at() const { return at_; }
    std::uint64_t left() const { return file_bytes_ - at_; }
    void start_crc() { crc_ = 0; }
    std::uint32_t crc() const { return crc_; }

    void take(void* into, std::size_t size) {
        auto* out = static_cast<std::uint8_t*>(into);
        while (size > 0) {
            const auto piece = std::min(size, buffered());
            std::memcpy(out, here(), piece);
            pass(piece);
            out += piece;
            size -= piece;
        }
    }
    void skip(std::uint64_t size) {
        while (size > 0) {
            const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(size, buffered()));
            pass(piece);
            size -= piece;
        }
    }
    void move_to(std::uint64_t address) {
        const bool is_read = address >= buffer_from_ && address - buffer_from_ <= buffer_bytes_;
        if (!is_read) buffer_bytes_ = 0;
        if (!is_read) buffer_from_ = address;
        at_ = address;
    }
    std::uint8_t byte() {
        std::uint8_t value = 0;
        take(&value, 1);
        return value;
    }
    std::uint32_t u32() {
        std::uint32_t value = 0;
        take(&value, sizeof value);
        return value;
    }
    /// 32 bits in one to five bytes: the leading ones of the first say how many follow.
    std::int32_t itf8() {
        const std::uint32_t first = byte();
        const int more = std::min(std::countl_one(static_cast<std::uint8_t>(first)), 4);
        if (more < 4) {
            std::uint32_t value = first & (0x7fU >> more);
            for (int i = 0; i < more; ++i) value = value << 8 | byte();
            return static_cast<std::int32_t>(value);
        }
        std::uint32_t value = first & 0x0f;
        for (int i = 0; i < 3; ++i) value = value << 8 | byte();
        return static_cast<std::int32_t>(value << 4 | (byte() & 0x0f));
    }
    /// The same for 64 bits in up to nine bytes; none of them is needed but for its length.
    void skip_ltf8() { skip(static_cast<std::uint64_t>(std::countl_one(byte()))); }
    std::uint32_t count(const char* of_what) {
        const std::int32_t value = itf8();
        if (value < 0) throw damaged_file(std::string("a negative count of ") + of_what);
        return static_cast<std::uint32_t>(value);
    }

 private:
    const std::uint8_t* here() const { return buffer_.data() + (at_ - buffer_from_); }

    /// Bytes at hand, at least one.
    std::size_t buffered() {
        if (at_ < buffer_from_ + buffer_bytes_) return buffer_from_ + buffer_bytes_ - at_;
        if (left() == 0) throw damaged_file("the CRAM file ends too early");
        buffer_bytes_ = 0;
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left(), buffer_.size()));
        if (!read_exactly(fd_, buffer_.data(), size, at_)) throw damaged_file("the file shrank");
        buffer_from_ = at_;
        buffer_bytes_ = size;
        return size;
    }
    void pass(std::size_t size) {
        crc_ = crc32_gzip_refl(crc_, here(), size);
        at_ += size;
    }

    int fd_;
    std::uint64_t file_bytes_;
    std::uint64_t at_ = 0;
    std::uint32_t crc_ = 0;
    std::uint64_t buffer_from_ = 0;
    std::size_t buffer_bytes_ = 0;
    std::array<std::uint8_t, 128 * 1024> buffer_;
};

struct container_head {
    cram_container container;
    std::uint64_t end = 0;  // where its blocks end
    bool is_eof = false;
};

struct block_head {
    std::uint8_t method = 0;
    std::uint8_t content = 0;
    std::uint32_t packed_bytes = 0;
    std::uint32_t raw_bytes = 0;
};

}  // namespace

struct cram_bytes::state {
    state(int number, std::uint64_t size) : fd(number), file_bytes(size), bytes(number, size) {}

    int fd;
    std::uint64_t file_bytes;
    byte_source bytes;
    cram_version version;
    bool at_eof_container = false;

    bool has_checksums() const { return version.major >= 3; }

    void compare_crc(const char* of_what) {
        if (!has_checksums()) return;
        const std::uint32_t made = bytes.crc();
        if (bytes.u32() != made)
            throw damaged_file(std::string("the checksum of ") + of_what + " is wrong");
    }

    void read_definition() {
        std::array<char, definition_bytes> definition;
        bytes.take(definition.data(), definition.size());
        if (std::string_view(definition.data(), 4) != "CRAM")
            throw damaged_file("is not a CRAM file");
        version = {
            static_cast<std::uint8_t>(definition[4]), static_cast<std::uint8_t>(definition[5])};
        const bool known = (version.major == 2 && version.minor == 1) ||
                           (version.major == 3 && version.minor <= 1);
        if (!known) {
            throw damaged_file(
                "is CRAM " + std::to_string(version.major) + "." + std::to_string(version.minor) +
                ", of which 2.1, 3.0 and 3.1 are supported"
            );
        }
    }

    container_head read_container_head() {
        container_head head;
        auto& c = head.container;
        c.address = bytes.at();
        bytes.start_crc();
        const std::uint32_t size = bytes.u32();
        c.reference = bytes.itf8();
        c.start1 = bytes.itf8();
        bytes.itf8();  // span
        c.records = bytes.count("records");
        if (version.major >= 3) {
            bytes.skip_ltf8();  // number of the first record
        } else {
            bytes.itf8();
        }
        bytes.skip_ltf8();  // bases
        c.blocks = bytes.count("blocks");
        const std::uint32_t landmarks = bytes.count("landmarks");
        if (landmarks > landmarks_max) throw damaged_file("a container has too many landmarks");
        std::int32_t last = -1;
        for (std::uint32_t i = 0; i < landmarks; ++i) {
            const std::int32_t landmark = bytes.itf8();
            if (landmark <= last && i > 0) throw damaged_file("landmarks of a container go back");
            if (landmark < 0 || static_cast<std::uint32_t>(landmark) > size) {
                throw damaged_file("a landmark lies outside its container");
            }
            last = landmark;
        }
        compare_crc("a container header");
        if (size >> 31 != 0 || size > bytes.left()) {
            throw damaged_file("a container is longer than the file");
        }
        if (c.reference < -2) throw damaged_file("a container has an impossible reference");
        head.end = bytes.at() + size;
        constexpr std::int32_t eof_start = 0x454f46;
        head.is_eof = c.reference == -1 && c.start1 == eof_start && c.records == 0;
        return head;
    }

    block_head read_block_head(std::uint64_t end) {
        bytes.start_crc();
        block_head block;
        block.method = bytes.byte();
        block.content = bytes.byte();
        bytes.itf8();  // content id
        block.packed_bytes = bytes.count("bytes");
        block.raw_bytes = bytes.count("bytes");
        if (bytes.at() > end || block.packed_bytes > end - bytes.at()) {
            throw damaged_file("a block is longer than its container");
        }
        return block;
    }

    void follow_blocks(const container_head& head) {
        std::uint32_t blocks = 0;
        for (; bytes.at() < head.end; ++blocks) {
            const block_head block = read_block_head(head.end);
            bytes.skip(block.packed_bytes);
            compare_crc("a block");
        }
        if (bytes.at() != head.end || blocks != head.container.blocks) {
            throw damaged_file("the blocks of a container do not fill it");
        }
    }

    std::string read_header_block(std::uint64_t end) {
        const block_head block = read_block_head(end);
        if (block.content != file_header_content) {
            throw damaged_file("the first block of the CRAM file is not its header");
        }
        if (block.method != raw_method && block.method != gzip_method) {
            const auto number = std::to_string(block.method);
            throw damaged_file(
                "its header is packed with " +
                (block.method < method_names.size() ? std::string(method_names[block.method])
                                                    : "the unknown method " + number) +
                ", which is not supported"
            );
        }
        const std::size_t limit = reads_header_bytes_max;
        if (block.raw_bytes > limit || block.packed_bytes > limit) {
            throw damaged_file("has a header of more than 64 MiB");
        }
        // No longer than the container, which is no longer than the file.
        std::string content(block.packed_bytes, '\0');
        bytes.take(content.data(), content.size());
        compare_crc("the header");
        if (block.method == gzip_method) {
            content = inflate_gzip(
                {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()},
                block.raw_bytes
            );
        }
        if (content.size() != block.raw_bytes)
            throw damaged_file("the header has the wrong length");
        return content;
    }
};

cram_bytes::cram_bytes(int fd, std::uint64_t file_bytes)
    : state_(std::make_unique<state>(fd, file_bytes)) {}
cram_bytes::~cram_bytes() = default;
cram_bytes::cram_bytes(cram_bytes&&) noexcept = default;
cram_bytes& cram_bytes::operator=(cram_bytes&&) noexcept = default;

std::string cram_bytes::read_header() {
    auto& s = *state_;
    s.read_definition();
    const container_head head = s.read_container_head();
    if (head.is_eof || head.container.blocks == 0)
        throw damaged_file("the CRAM file has no header");
    std::string content = s.read_header_block(head.end);
    std::uint32_t text_bytes = 0;
    if (content.size() < sizeof text_bytes) throw damaged_file("the header is too short");
    std::memcpy(&text_bytes, content.data(), sizeof text_bytes);
    if (text_bytes > content.size() - sizeof text_bytes)
        throw damaged_file("the header is too short");
    content = content.substr(sizeof text_bytes, text_bytes);
    content.resize(std::strlen(content.c_str()));
    // What follows in the container is room for a longer header.
    s.bytes.skip(head.end - s.bytes.at());
    return content;
}

cram_version cram_bytes::version() const noexcept {
    return state_->version;
}

bool cram_bytes::has_eof_container() const {
    const auto& s = *state_;
    const auto mark = s.has_checksums() ? eof_3 : eof_2;
    if (s.file_bytes < mark.size()) return false;
    std::string tail(mark.size(), '\0');
    return read_exactly(s.fd, tail.data(), tail.size(), s.file_bytes - tail.size()) && tail == mark;
}

std::optional<cram_container> cram_bytes::next() {
    auto& s = *state_;
    // Files that were joined have ends within, and some writers make two; only the last one counts.
    while (s.bytes.left() > 0) {
        const container_head head = s.read_container_head();
        s.follow_blocks(head);
        s.at_eof_container = head.is_eof;
        if (!head.is_eof) return head.container;
    }
    if (!s.at_eof_container) throw damaged_file("the CRAM file ends too early");
    return std::nullopt;
}

std::optional<cram_container> cram_bytes::next_head() {
    auto& bytes = state_->bytes;
    while (bytes.left() > 0) {
        const container_head head = state_->read_container_head();
        bytes.move_to(head.end);
        if (!head.is_eof) return head.container;
    }
    return std::nullopt;
}

void cram_bytes::continue_at(std::uint64_t address) {
    if (address > state_->file_bytes) throw damaged_file("a container begins behind the file");
    state_->bytes.move_to(address);
}

std::uint64_t cram_bytes::bytes_done() const noexcept {
    return state_->bytes.at();
}

}  // namespace callstream::hts
