#include "engine/hts/bam_bytes.hpp"

#include "engine/core/error.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>
#include <utility>

namespace callstream::hts {
namespace {

static_assert(std::endian::native == std::endian::little, "BAM is little-endian");

constexpr std::uint32_t fixed_bytes = 32;
constexpr std::uint32_t name_bytes_max = 4096;
constexpr const char* too_early = "the BAM file ends too early";

/// The fixed part as it is in the file.
struct fixed_part {
    std::int32_t reference;
    std::int32_t pos0;
    std::uint8_t name_bytes;
    std::uint8_t mapping_quality;
    std::uint16_t bin;
    std::uint16_t cigar_count;
    std::uint16_t flag;
    std::uint32_t bases;
    std::int32_t next_reference;
    std::int32_t next_pos0;
    std::int32_t template_length;
};
static_assert(sizeof(fixed_part) == fixed_bytes);

/// Checks what a record says of itself and of the header.
void check(const fixed_part& fixed, std::uint32_t size, std::int64_t references) {
    const std::uint64_t needed = std::uint64_t{fixed_bytes} + fixed.name_bytes +
                                 std::uint64_t{4} * fixed.cigar_count +
                                 (std::uint64_t{fixed.bases} + 1) / 2 + fixed.bases;
    if (fixed.name_bytes == 0 || needed > size) {
        throw damaged_file("a record is shorter than its parts");
    }
    const auto is_reference = [&](std::int32_t id) { return id >= -1 && id < references; };
    if (!is_reference(fixed.reference) || !is_reference(fixed.next_reference)) {
        throw damaged_file("a record names a reference that is not in the header");
    }
    if (fixed.pos0 < -1 || fixed.next_pos0 < -1) {
        throw damaged_file("a record lies before its reference");
    }
}

void check_name(const void* name, std::size_t size) {
    const auto* begin = static_cast<const char*>(name);
    if (std::memchr(begin, '\0', size) != begin + size - 1) {
        throw damaged_file("the name of a record does not end where it should");
    }
}

bam_record_head head_of(const fixed_part& fixed) {
    return {fixed.reference, fixed.pos0, fixed.flag, fixed.bases};
}

}  // namespace

std::string encode_bam_header(const bam_header& header) {
    std::string out("BAM\1", 4);
    const auto number = [&out](std::size_t value) {
        const auto bits = static_cast<std::uint32_t>(value);
        out.append(reinterpret_cast<const char*>(&bits), sizeof bits);
    };
    number(header.text.size());
    out += header.text;
    number(header.references.size());
    for (const auto& [name, length] : header.references) {
        number(name.size() + 1);
        out.append(name.c_str(), name.size() + 1);
        number(length);
    }
    return out;
}

bam_bytes::bam_bytes(int fd, std::uint64_t file_bytes)
    : bam_bytes(std::make_unique<bgzf_blocks>(fd, file_bytes)) {}

bam_bytes::bam_bytes(std::unique_ptr<block_source> content) : content_(std::move(content)) {}

/// False at the end.
bool bam_bytes::fill() {
    if (rest_.empty()) rest_ = content_->next_block();
    return !rest_.empty();
}

std::size_t bam_bytes::read(void* into, std::size_t size) {
    auto* out = static_cast<std::uint8_t*>(into);
    std::size_t done = 0;
    while (done < size && fill()) {
        const std::size_t piece = std::min(rest_.size(), size - done);
        std::memcpy(out + done, rest_.data(), piece);
        rest_ = rest_.subspan(piece);
        done += piece;
    }
    return done;
}

void bam_bytes::take(void* into, std::size_t size) {
    if (read(into, size) != size) throw damaged_file(too_early);
}

void bam_bytes::skip(std::uint64_t size) {
    while (size > 0) {
        if (!fill()) throw damaged_file(too_early);
        const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(size, rest_.size()));
        rest_ = rest_.subspan(piece);
        size -= piece;
    }
}

/// The next `size` bytes in a row, behind the four of `joined_`.
std::span<const std::uint8_t> bam_bytes::whole(std::size_t size) {
    std::size_t done = sizeof(std::uint32_t);
    while (done < size) {
        if (!fill()) throw damaged_file(too_early);
        const std::size_t piece = std::min(rest_.size(), size - done);
        if (joined_.size() < done + piece) joined_.resize(done + piece);
        std::memcpy(joined_.data() + done, rest_.data(), piece);
        rest_ = rest_.subspan(piece);
        done += piece;
    }
    return {joined_.data(), size};
}

std::uint32_t bam_bytes::u32() {
    std::uint32_t value = 0;
    take(&value, sizeof value);
    return value;
}

std::string bam_bytes::text(std::size_t size) {
    std::string out;
    while (out.size() < size) {
        const std::size_t old = out.size();
        out.resize(old + std::min(block_bytes_max, size - old));
        take(out.data() + old, out.size() - old);
    }
    return out;
}

bam_header bam_bytes::read_header() {
    std::array<char, 4> magic;
    take(magic.data(), magic.size());
    if (std::string_view(magic.data(), magic.size()) != std::string_view("BAM\1", 4)) {
        throw damaged_file("is not a BAM file");
    }
    const std::uint32_t text_bytes = u32();
    if (text_bytes > reads_header_bytes_max) {
        throw damaged_file("has a header text of " + std::to_string(text_bytes) + " bytes");
    }
    bam_header header;
    header.text = text(text_bytes);
    header.text.resize(std::strlen(header.text.c_str()));
    const std::uint32_t count = u32();
    references_ = count;
    if (count > reads_references_max) {
        throw damaged_file("has a header of " + std::to_string(count) + " references");
    }
    std::size_t names_bytes = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t name_bytes = u32();
        names_bytes += name_bytes;
        if (name_bytes < 2 || name_bytes > name_bytes_max || names_bytes > reads_header_bytes_max) {
            throw damaged_file("has a reference name of impossible length");
        }
        bam_reference reference{text(name_bytes), u32()};
        if (reference.name.find('\0') != name_bytes - 1) {
            throw damaged_file("has a reference name that does not end where it should");
        }
        reference.name.pop_back();
        header.references.push_back(std::move(reference));
    }
    return header;
}

/// Of the next record, without the four bytes that say so; nothing at the end.
std::optional<std::uint32_t> bam_bytes::next_size() {
    std::uint32_t size = 0;
    const std::size_t there = read(&size, sizeof size);
    if (there == 0) return std::nullopt;
    if (there < sizeof size) throw damaged_file(too_early);
    if (size < fixed_bytes || size > bam_record_bytes_max) {
        throw damaged_file("a record of " + std::to_string(size) + " bytes cannot be");
    }
    return size;
}

std::optional<bam_record_head> bam_bytes::next() {
    const auto size = next_size();
    if (!size) return std::nullopt;
    fixed_part fixed;
    take(&fixed, sizeof fixed);
    check(fixed, *size, references_);
    std::array<char, 256> name;
    take(name.data(), fixed.name_bytes);
    check_name(name.data(), fixed.name_bytes);
    skip(*size - fixed_bytes - fixed.name_bytes);
    return head_of(fixed);
}

std::optional<bam_record> bam_bytes::next_record() {
    if (!fill()) return std::nullopt;
    const std::uint8_t* const at = rest_.data();
    const std::size_t there = rest_.size();
    const auto size = next_size();
    if (!size) return std::nullopt;
    const std::size_t bytes = sizeof *size + *size;
    bam_record out;
    if (bytes <= there) {
        out.bytes = {at, bytes};
        rest_ = rest_.subspan(*size);
    } else {
        joined_.resize(std::max(joined_.size(), sizeof *size));
        std::memcpy(joined_.data(), &*size, sizeof *size);
        out.bytes = whole(bytes);
    }
    fixed_part fixed;
    auto rest = out.bytes.subspan(sizeof *size);
    std::memcpy(&fixed, rest.data(), sizeof fixed);
    check(fixed, *size, references_);
    rest = rest.subspan(sizeof fixed);
    check_name(rest.data(), fixed.name_bytes);
    rest = rest.subspan(fixed.name_bytes);
    const std::size_t cigar_bytes = std::size_t{4} * fixed.cigar_count;
    out.cigar = rest.first(cigar_bytes);
    out.tags = rest.subspan(cigar_bytes + (std::size_t{fixed.bases} + 1) / 2 + fixed.bases);
    out.head = head_of(fixed);
    out.mapping_quality = fixed.mapping_quality;
    return out;
}

}  // namespace callstream::hts
