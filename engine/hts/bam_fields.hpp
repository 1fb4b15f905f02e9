// What of a BAM record only those want who show it (SAM specification, section 4.2).
#pragma once

#include "engine/hts/bam_bytes.hpp"

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace callstream::hts {

/// Bits of `bam_record_head::flag`.
enum bam_flag : std::uint16_t {
    paired = 0x1,
    properly_paired = 0x2,
    unmapped = 0x4,
    mate_unmapped = 0x8,
    reverse = 0x10,
    mate_reverse = 0x20,
    first_of_pair = 0x40,
    last_of_pair = 0x80,
    secondary = 0x100,
    failed_checks = 0x200,
    duplicate = 0x400,
    supplementary = 0x800,
};

/// Points into the record.
struct bam_fields {
    std::string_view name;
    std::int32_t next_reference = -1;  ///< position in the header, or -1
    std::int32_t next_pos0 = -1;       ///< 0-based, or -1
    std::int32_t template_length = 0;
    std::span<const std::uint8_t> sequence;   ///< two bases a byte, the first one above
    std::span<const std::uint8_t> qualities;  ///< one a base; 255 first: there are none
};

inline bam_fields fields_of(const bam_record& record) {
    constexpr std::size_t name_bytes_at = 12;
    constexpr std::size_t next_at = 24;
    constexpr std::size_t name_at = 36;
    const std::uint8_t* const bytes = record.bytes.data();
    const std::size_t name_bytes = bytes[name_bytes_at];
    bam_fields out;
    out.name = {reinterpret_cast<const char*>(bytes + name_at), name_bytes - 1};
    std::memcpy(&out.next_reference, bytes + next_at, 4);
    std::memcpy(&out.next_pos0, bytes + next_at + 4, 4);
    std::memcpy(&out.template_length, bytes + next_at + 8, 4);
    const auto* const sequence = bytes + name_at + name_bytes + record.cigar.size();
    const std::size_t bases = record.head.bases;
    out.sequence = {sequence, (bases + 1) / 2};
    out.qualities = {sequence + out.sequence.size(), bases};
    return out;
}

}  // namespace callstream::hts
