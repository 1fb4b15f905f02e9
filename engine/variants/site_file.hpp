// Layout of a site table on disk, shared by who writes and who reads it. The file is read only by
// the machine that wrote it, so it is in native byte order. Sections follow the head, each at a
// multiple of eight bytes.
#pragma once

#include "engine/core/hash.hpp"
#include "engine/variants/site_table.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace callstream::variants {

constexpr char site_file_magic[8] = {'C', 'S', 'S', 'I', 'T', '0', '0', '2'};
constexpr std::uint64_t names_per_group = 256;

struct site_file_head {
    char magic[8];
    std::uint64_t provisional_fingerprint;
    std::uint64_t content_high;
    std::uint64_t content_low;
    std::uint64_t records;
    std::array<std::uint64_t, site_columns> column_offset;
    std::array<std::uint64_t, site_columns> column_width;
    std::uint64_t long_offset;
    std::uint64_t long_count;
    std::uint64_t name_group_offset;
    std::uint64_t names_offset;
    std::uint64_t bytes;      // of the whole file
    std::uint64_t body_hash;  // of all that follows the head
    std::uint64_t head_hash;  // of the head before this

    std::uint64_t hash() const {
        return hash64({reinterpret_cast<const char*>(this), offsetof(site_file_head, head_hash)});
    }
};

constexpr std::uint64_t name_groups(std::uint64_t records) {
    return (records + names_per_group - 1) / names_per_group;
}

}  // namespace callstream::variants
