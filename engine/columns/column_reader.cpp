#include "engine/columns/column_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace callstream::columns {
namespace {

/// A byte has 8 / `bits` codes, the first in its low bits.
unsigned code_at(const std::uint8_t* codes, std::uint64_t record, unsigned bits) {
    const std::uint64_t bit = record * bits;
    return static_cast<unsigned>(codes[bit / 8] >> (bit % 8)) & ((1U << bits) - 1);
}

std::uint32_t descriptor_at(const char* descriptors, unsigned code) {
    std::uint32_t out;
    std::memcpy(&out, descriptors + code * sizeof out, sizeof out);
    return out;
}

}  // namespace

column_reader::column_reader(
    std::shared_ptr<const column_file> file, const std::vector<std::uint32_t>& samples
)
    : file_(std::move(file)) {
    std::vector<std::size_t> groups;
    for (const auto sample : samples) groups.push_back(sample / file_->group_samples());
    std::sort(groups.begin(), groups.end());
    groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
    for (const auto group : groups) tiles_.push_back({.group = group});
    for (const auto sample : samples) {
        const auto group = sample / file_->group_samples();
        const auto at = std::lower_bound(groups.begin(), groups.end(), group) - groups.begin();
        wanted_.push_back({static_cast<std::size_t>(at), sample % file_->group_samples()});
    }
}

bool column_reader::open(open_tile& tile, std::size_t block) const {
    const auto found = file_->find_tile(block, tile.group);
    if (!found) return false;
    tile_head head;
    std::memcpy(&head, found->bytes.data(), sizeof head);
    tile.bits = found->bits;
    tile.slot_bytes = head.slot_bytes;
    tile.descriptors = found->bytes.data() + sizeof head;
    const char* cells = tile.descriptors + head.entries * sizeof(std::uint32_t);
    tile.cells = reinterpret_cast<const std::uint8_t*>(cells);
    const char* codes = found->bytes.data() + codes_offset(head);
    tile.codes = reinterpret_cast<const std::uint8_t*>(codes);
    return true;
}

void column_reader::enter(std::size_t block) {
    block_ = file_->blocks()[block];
    is_held_ = std::all_of(tiles_.begin(), tiles_.end(), [&](auto& t) { return open(t, block); });
    if (!is_held_) return;
    for (auto& w : wanted_) {
        const open_tile& tile = tiles_[w.tile];
        w.codes = tile.codes + w.within * code_bytes(block_.records, tile.bits);
    }
}

/// All samples of a record have GT of one type and width.
std::optional<gt_row> column_reader::read(std::uint64_t ordinal) {
    if (!is_in_block(ordinal)) enter(file_->block_of(ordinal));
    if (!is_held_) return std::nullopt;
    const std::uint64_t record = ordinal - block_.first_ordinal;
    const open_tile& first = tiles_[wanted_.front().tile];
    const auto descriptor =
        descriptor_at(first.descriptors, code_at(wanted_.front().codes, record, first.bits));
    gt_row row;
    if (descriptor == no_field) return row;
    row.has_field = true;
    row.type = static_cast<hts::value_type>(descriptor & 0xff);
    row.per_sample = descriptor >> 8;
    const std::size_t stride = row.stride();
    bytes_.resize(wanted_.size() * stride);
    std::uint8_t* out = bytes_.data();
    for (const auto& w : wanted_) {
        const open_tile& tile = tiles_[w.tile];
        const unsigned code = code_at(w.codes, record, tile.bits);
        std::memcpy(out, tile.cells + code * tile.slot_bytes, stride);
        out += stride;
    }
    row.bytes = bytes_;
    return row;
}

}  // namespace callstream::columns
