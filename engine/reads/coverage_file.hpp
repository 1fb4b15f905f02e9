// Layout of a coverage table on disk, shared by who writes and who reads it. The file is read only
// by the machine that wrote it, so it is in native byte order: the head, the sums of all references
// one behind the other, an entry for each reference that has any.
#pragma once

#include "engine/core/hash.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace callstream::reads {

constexpr char coverage_file_magic[8] = {'C', 'S', 'C', 'O', 'V', '0', '0', '1'};

struct coverage_file_head {
    char magic[8];
    std::uint64_t fingerprint;
    std::uint64_t sums;       // how many follow the head, 8 bytes each
    std::uint64_t entries;    // how many follow them
    std::uint64_t body_hash;  // of all that follows the head
    std::uint64_t head_hash;  // of the head before this

    std::uint64_t hash() const {
        return hash64({reinterpret_cast<const char*>(this), offsetof(coverage_file_head, head_hash)}
        );
    }
};

}  // namespace callstream::reads
