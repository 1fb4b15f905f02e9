// Layout of the columns of a variant file on disk, shared by who writes and who reads them. The
// file is read only by the machine that wrote it, so it is in native byte order.
//
//     tiles        each at a multiple of eight bytes
//     directory    block_entry of every block, then tile_entry of every tile of the first block,
//                  of the second block ...
//     column_foot
//
// A block is a run of records, a group a run of samples; a tile is what both have in common:
//
//     tile_head
//     descriptors  of each entry of the dictionary, see `descriptor_of`
//     cells        of each entry, each in a slot of `slot_bytes`
//     codes        of each sample in turn, starting at a whole byte: of each record, from the low
//                  bits of a byte to the high ones
#pragma once

#include "engine/columns/gt_row.hpp"
#include "engine/core/hash.hpp"

#include <cstddef>
#include <cstdint>

namespace callstream::columns {

constexpr char column_magic[8] = {'C', 'S', 'C', 'O', 'L', '0', '0', '1'};
constexpr std::size_t entries_max = 256;              // that codes of 8 bits can tell apart
constexpr std::size_t dictionary_bytes_max = 65'536;  // of the cells of one tile

struct tile_head {
    std::uint32_t entries;
    std::uint32_t slot_bytes;
};

struct block_entry {
    std::uint64_t first_ordinal;
    std::uint64_t records;
};

struct tile_entry {
    std::uint64_t offset;
    std::uint64_t hash;
    std::uint32_t bytes;
    std::uint32_t bits;  ///< of a code: 2, 4 or 8; 0: the tile is not held
};

struct column_foot {
    char magic[8];
    std::uint64_t provisional_fingerprint;
    std::uint64_t content_high;
    std::uint64_t content_low;
    std::uint64_t records;
    std::uint64_t samples;
    std::uint64_t group_samples;  ///< of each group but the last, which may have fewer
    std::uint64_t blocks;
    std::uint64_t fields;            ///< bits of `other_field` that some record has
    std::uint64_t directory_offset;  ///< behind all tiles
    std::uint64_t directory_hash;
    std::uint64_t bytes;      ///< of the whole file
    std::uint64_t foot_hash;  ///< of the foot before this

    std::uint64_t hash() const {
        return hash64({reinterpret_cast<const char*>(this), offsetof(column_foot, foot_hash)});
    }
    std::uint64_t groups() const {
        return group_samples == 0 ? 0 : (samples + group_samples - 1) / group_samples;
    }
};

/// Type and width of a cell in one number, so that equal bytes of different widths differ.
constexpr std::uint32_t no_field = 0xffff'ffff;
constexpr std::uint32_t per_sample_end = 1 << 24;  // the first that does not fit

constexpr std::uint32_t descriptor_of(const gt_row& row) {
    if (!row.has_field) return no_field;
    return row.per_sample << 8 | static_cast<std::uint32_t>(row.type);
}

/// Bytes that the codes of one sample take.
constexpr std::size_t code_bytes(std::uint64_t records, unsigned bits) {
    return static_cast<std::size_t>((records * bits + 7) / 8);
}

constexpr std::uint64_t aligned(std::uint64_t offset) {
    return (offset + 7) / 8 * 8;
}

/// Where the codes of a tile start.
constexpr std::size_t codes_offset(const tile_head& head) {
    const std::size_t each = sizeof(std::uint32_t) + head.slot_bytes;
    return static_cast<std::size_t>(aligned(sizeof head + head.entries * each));
}

}  // namespace callstream::columns
