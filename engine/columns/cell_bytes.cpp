#include "engine/columns/cell_bytes.hpp"

#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <vector>

namespace callstream::columns {
namespace {

struct byte_tile {
    const std::uint8_t* codes = nullptr;
    unsigned bits = 0;
    std::array<std::uint8_t, entries_max> bytes{};  // by code
};

gt_row cell_at(const char* descriptors, const char* cells, std::size_t slot_bytes, unsigned code) {
    std::uint32_t descriptor;
    std::memcpy(&descriptor, descriptors + code * sizeof descriptor, sizeof descriptor);
    gt_row cell;
    if (descriptor == no_field) return cell;
    cell.has_field = true;
    cell.type = static_cast<hts::value_type>(descriptor & 0xff);
    cell.per_sample = descriptor >> 8;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(cells + code * slot_bytes);
    cell.bytes = {bytes, cell.stride()};
    return cell;
}

std::optional<byte_tile> open(
    const column_file& file, std::size_t block, std::size_t group, const byte_of_cell& byte_of
) {
    const auto found = file.find_tile(block, group);
    if (!found) return std::nullopt;
    tile_head head;
    std::memcpy(&head, found->bytes.data(), sizeof head);
    const char* descriptors = found->bytes.data() + sizeof head;
    const char* cells = descriptors + head.entries * sizeof(std::uint32_t);
    byte_tile out;
    for (unsigned code = 0; code < head.entries; ++code) {
        out.bytes[code] = byte_of(cell_at(descriptors, cells, head.slot_bytes, code));
    }
    out.codes = reinterpret_cast<const std::uint8_t*>(found->bytes.data() + codes_offset(head));
    out.bits = found->bits;
    return out;
}

/// The width of a code is known to the compiler, so that a look-up is a shift and a mask.
template <unsigned bits>
void write_bytes(
    const byte_tile& tile,
    const std::uint8_t* codes,
    std::span<const std::uint64_t> records,
    std::uint8_t* out
) {
    constexpr unsigned per_byte = 8 / bits;
    constexpr unsigned mask = (1U << bits) - 1;
    for (const auto record : records) {
        const unsigned packed = codes[record / per_byte];
        *out++ = tile.bytes[packed >> (record % per_byte * bits) & mask];
    }
}

}  // namespace

bool read_cell_bytes(
    const column_file& file,
    std::size_t block,
    std::span<const std::uint64_t> ordinals,
    std::span<const std::uint32_t> samples,
    const byte_of_cell& byte_of,
    std::span<std::uint8_t> out
) {
    const auto& run = file.blocks()[block];
    std::vector<std::uint64_t> records(ordinals.begin(), ordinals.end());
    for (auto& record : records) record -= run.first_ordinal;
    std::map<std::size_t, byte_tile> tiles;  // by group
    std::uint8_t* to = out.data();
    for (const auto sample : samples) {
        const auto group = sample / file.group_samples();
        auto at = tiles.find(group);
        if (at == tiles.end()) {
            auto opened = open(file, block, group, byte_of);
            if (!opened) return false;
            at = tiles.emplace(group, *opened).first;
        }
        const auto& tile = at->second;
        const auto within = sample % file.group_samples();
        const auto* codes = tile.codes + within * code_bytes(run.records, tile.bits);
        if (tile.bits == 2) write_bytes<2>(tile, codes, records, to);
        if (tile.bits == 4) write_bytes<4>(tile, codes, records, to);
        if (tile.bits == 8) write_bytes<8>(tile, codes, records, to);
        to += records.size();
    }
    return true;
}

}  // namespace callstream::columns
