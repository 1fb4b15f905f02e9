#include "engine/hts/cigar.hpp"

#include "engine/core/error.hpp"

#include <algorithm>

namespace callstream::hts {
namespace {

constexpr std::size_t tag_head_bytes = 3;    // name and type
constexpr std::size_t array_head_bytes = 5;  // type and count

[[noreturn]] void malformed() {
    throw damaged_file("the tags of a record are malformed");
}

std::size_t size_of(std::uint8_t type) {
    switch (type) {
        case 'A':
        case 'c':
        case 'C':
            return 1;
        case 's':
        case 'S':
            return 2;
        case 'i':
        case 'I':
        case 'f':
            return 4;
        case 'd':
            return 8;
        default:
            malformed();
    }
}

std::uint32_t array_count(std::span<const std::uint8_t> value) {
    if (value.size() < array_head_bytes) malformed();
    std::uint32_t count = 0;
    std::memcpy(&count, value.data() + 1, sizeof count);
    return count;
}

/// Bytes of the value at the start of `value`, which may be longer.
std::size_t value_bytes(std::uint8_t type, std::span<const std::uint8_t> value) {
    if (type == 'Z' || type == 'H') {
        const auto end = std::find(value.begin(), value.end(), 0);
        if (end == value.end()) malformed();
        return static_cast<std::size_t>(end - value.begin()) + 1;
    }
    if (type != 'B') return size_of(type);
    const std::size_t count = array_count(value);
    return array_head_bytes + count * size_of(value[0]);
}

/// The operations in the tag CG; none when there is no such tag.
std::span<const std::uint8_t> operations_in_tag(std::span<const std::uint8_t> tags) {
    while (!tags.empty()) {
        if (tags.size() < tag_head_bytes) malformed();
        const auto value = tags.subspan(tag_head_bytes);
        const std::uint8_t type = tags[2];
        const std::size_t bytes = value_bytes(type, value);
        if (bytes > value.size()) malformed();
        if (tags[0] == 'C' && tags[1] == 'G') {
            const bool is_array = type == 'B' && (value[0] == 'I' || value[0] == 'i');
            if (!is_array) return {};
            return value.subspan(array_head_bytes, bytes - array_head_bytes);
        }
        tags = value.subspan(bytes);
    }
    return {};
}

}  // namespace

std::span<const std::uint8_t> whole_cigar(const bam_record& record) {
    const auto& head = record.head;
    if (record.cigar.empty() || head.reference < 0 || head.pos0 < 0) return record.cigar;
    // The stand-in clips the whole read away.
    const auto first = operation_at(record.cigar, 0);
    const bool stand_in = first.kind == cigar_kind::soft_clip && first.length == head.bases;
    if (!stand_in) return record.cigar;
    const auto real = operations_in_tag(record.tags);
    return real.size() < record.cigar.size() ? record.cigar : real;
}

}  // namespace callstream::hts
