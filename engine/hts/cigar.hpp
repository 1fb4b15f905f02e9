// The alignment of a read, operation by operation (SAM specification, sections 1.4.6 and 4.2.2).
#pragma once

#include "engine/hts/bam_bytes.hpp"

#include <cstdint>
#include <cstring>
#include <span>

namespace callstream::hts {

/// Numbers as BAM has them; higher ones take no bases of read or reference.
enum class cigar_kind : std::uint8_t {
    match,
    insertion,
    deletion,
    skip,
    soft_clip,
    hard_clip,
    padding,
    equal,
    difference,
};

struct cigar_operation {
    cigar_kind kind = cigar_kind::match;
    std::uint32_t length = 0;  ///< below 2^28
};

/// Whether the operation lays bases of the read over bases of the reference.
constexpr bool aligns(cigar_kind kind) {
    return kind == cigar_kind::match || kind == cigar_kind::equal || kind == cigar_kind::difference;
}
constexpr bool takes_reference(cigar_kind kind) {
    return aligns(kind) || kind == cigar_kind::deletion || kind == cigar_kind::skip;
}
constexpr bool takes_read(cigar_kind kind) {
    return aligns(kind) || kind == cigar_kind::insertion || kind == cigar_kind::soft_clip;
}

/// Operation `i` of packed ones, four bytes each, which need not be aligned.
inline cigar_operation operation_at(std::span<const std::uint8_t> cigar, std::size_t i) {
    std::uint32_t packed = 0;
    std::memcpy(&packed, cigar.data() + i * sizeof packed, sizeof packed);
    return {static_cast<cigar_kind>(packed & 0xf), packed >> 4};
}

/// All operations of a placed record. One of more than 65,535 has a stand-in in its place and the
/// real ones in its tag CG. Throws damaged_file when the tags have to be followed and are
/// malformed.
std::span<const std::uint8_t> whole_cigar(const bam_record& record);

}  // namespace callstream::hts
