#include "engine/hts/bam_bytes.hpp"

#include "engine/core/error.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>

namespace callstream::hts {
namespace {

static_assert(std::endian::native == std::endian::little, "BAM is little-endian");

constexpr std::uint32_t fixed_bytes = 32;
constexpr std::uint32_t name_bytes_max = 4096;

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

}  // namespace

bam_bytes::bam_bytes(int fd, std::uint64_t file_bytes) : stream_(fd, file_bytes) {}

void bam_bytes::take(void* into, std::size_t size) {
    if (stream_.read(into, size) != size) throw damaged_file("the BAM file ends too early");
}

void bam_bytes::skip(std::uint64_t size) {
    std::array<char, 4096> sink;
    for (; size > 0; size -= std::min<std::uint64_t>(size, sink.size())) {
        take(sink.data(), static_cast<std::size_t>(std::min<std::uint64_t>(size, sink.size())));
    }
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

std::optional<bam_record_head> bam_bytes::next() {
    std::uint32_t size = 0;
    const std::size_t there = stream_.read(&size, sizeof size);
    if (there == 0) return std::nullopt;
    if (there < sizeof size) throw damaged_file("the BAM file ends too early");
    if (size < fixed_bytes || size > bam_record_bytes_max) {
        throw damaged_file("a record of " + std::to_string(size) + " bytes cannot be");
    }
    fixed_part fixed;
    take(&fixed, sizeof fixed);
    const std::uint64_t needed = std::uint64_t{fixed_bytes} + fixed.name_bytes +
                                 std::uint64_t{4} * fixed.cigar_count +
                                 (std::uint64_t{fixed.bases} + 1) / 2 + fixed.bases;
    if (fixed.name_bytes == 0 || needed > size) {
        throw damaged_file("a record is shorter than its parts");
    }
    const auto references = std::int64_t{references_};
    const auto is_reference = [&](std::int32_t id) { return id >= -1 && id < references; };
    if (!is_reference(fixed.reference) || !is_reference(fixed.next_reference)) {
        throw damaged_file("a record names a reference that is not in the header");
    }
    if (fixed.pos0 < -1 || fixed.next_pos0 < -1) {
        throw damaged_file("a record lies before its reference");
    }
    std::array<char, 256> name;
    take(name.data(), fixed.name_bytes);
    if (std::memchr(name.data(), '\0', fixed.name_bytes) != name.data() + fixed.name_bytes - 1) {
        throw damaged_file("the name of a record does not end where it should");
    }
    skip(size - fixed_bytes - fixed.name_bytes);
    return bam_record_head{fixed.reference, fixed.pos0, fixed.flag, fixed.bases};
}

}  // namespace callstream::hts
