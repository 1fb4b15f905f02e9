#include "engine/hts/bam_tags.hpp"

#include "engine/core/error.hpp"

#include <algorithm>
#include <cstring>

namespace callstream::hts {
namespace {

constexpr std::size_t head_bytes = 3;        // name and type
constexpr std::size_t array_head_bytes = 5;  // type and count

[[noreturn]] void malformed() {
    throw damaged_file("the tags of a record are malformed");
}

std::size_t size_of(char type) {
    const std::size_t size = tag_value_bytes(type);
    if (size == 0) malformed();
    return size;
}

}  // namespace

std::size_t tag_value_bytes(char type) {
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
            return 0;
    }
}

std::optional<bam_tag> bam_tags::next() {
    if (rest_.empty()) return std::nullopt;
    if (rest_.size() < head_bytes) malformed();
    bam_tag tag;
    tag.name = {reinterpret_cast<const char*>(rest_.data()), 2};
    tag.type = static_cast<char>(rest_[2]);
    rest_ = rest_.subspan(head_bytes);
    std::size_t behind = 0;
    std::size_t bytes = 0;
    if (tag.type == 'Z' || tag.type == 'H') {
        const auto end = std::find(rest_.begin(), rest_.end(), 0);
        if (end == rest_.end()) malformed();
        bytes = static_cast<std::size_t>(end - rest_.begin());
        behind = 1;
    } else if (tag.type == 'B') {
        if (rest_.size() < array_head_bytes) malformed();
        std::uint32_t count = 0;
        std::memcpy(&count, rest_.data() + 1, sizeof count);
        tag.is_array = true;
        tag.type = static_cast<char>(rest_[0]);
        bytes = count * size_of(tag.type);
        rest_ = rest_.subspan(array_head_bytes);
    } else {
        bytes = size_of(tag.type);
    }
    if (bytes > rest_.size()) malformed();
    tag.value = rest_.first(bytes);
    rest_ = rest_.subspan(bytes + behind);
    return tag;
}

std::optional<bam_tag> find_tag(std::span<const std::uint8_t> bytes, std::string_view name) {
    bam_tags tags(bytes);
    while (auto tag = tags.next()) {
        if (tag->name == name) return tag;
    }
    return std::nullopt;
}

}  // namespace callstream::hts
