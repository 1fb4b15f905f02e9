#include "engine/columns/tile_encoder.hpp"

#include <algorithm>
#include <cstring>

namespace callstream::columns {
namespace {

std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

unsigned bits_for(std::size_t entries) {
    if (entries <= 4) return 2;
    return entries <= 16 ? 4 : 8;
}

std::uint64_t key_of(const void* bytes, std::size_t size) {
    std::uint64_t key = 0;
    std::memcpy(&key, bytes, size);
    return key;
}

/// Eight codes at a time: none reaches into the next byte.
void lay_over(std::uint8_t* into, const std::uint8_t* more, std::size_t count, unsigned shift) {
    std::size_t at = 0;
    for (; at + sizeof(std::uint64_t) <= count; at += sizeof(std::uint64_t)) {
        const std::uint64_t both = key_of(into + at, sizeof both) | key_of(more + at, sizeof both)
                                                                        << shift;
        std::memcpy(into + at, &both, sizeof both);
    }
    for (; at < count; ++at) into[at] = static_cast<std::uint8_t>(into[at] | more[at] << shift);
}

}  // namespace

cell_dictionary::cell_dictionary() : direct_(std::size_t{1} << 16, unseen) {
    short_codes_.fill(unseen);
}

void cell_dictionary::clear() {
    forget();
    cells_.clear();
    descriptor_ = no_field;
    stride_ = 0;
    absent_.reset();
}

/// Empties the tables of the descriptor.
void cell_dictionary::forget() {
    if (is_direct()) {
        for (const auto& c : cells_) {
            if (c.descriptor != descriptor_) continue;
            direct_[key_of(c.bytes.data(), c.bytes.size())] = unseen;
        }
    } else if (is_short()) {
        short_codes_.fill(unseen);
    }
    long_.clear();
}

void cell_dictionary::enter(std::uint32_t descriptor, std::size_t stride) {
    if (descriptor == descriptor_) return;
    forget();
    descriptor_ = descriptor;
    stride_ = stride;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        if (cells_[i].descriptor != descriptor) continue;
        remember(cells_[i].bytes, static_cast<std::uint8_t>(i));
    }
}

/// Of this key, or the free one where it would be: there are four times as many as keys.
std::size_t cell_dictionary::short_slot(std::uint64_t key) const {
    std::size_t slot = (key * 0x9e37'79b9'7f4a'7c15) >> 54;
    while (short_codes_[slot] != unseen && short_keys_[slot] != key) {
        slot = (slot + 1) % short_slots;
    }
    return slot;
}

void cell_dictionary::remember(std::string_view bytes, std::uint8_t code) {
    if (is_direct()) {
        direct_[key_of(bytes.data(), bytes.size())] = code;
    } else if (is_short()) {
        const std::uint64_t key = key_of(bytes.data(), bytes.size());
        const std::size_t slot = short_slot(key);
        short_keys_[slot] = key;
        short_codes_[slot] = code;
    } else {
        long_.emplace(bytes, code);
    }
}

std::optional<std::uint8_t> cell_dictionary::add(std::string_view bytes) {
    if (cells_.size() == entries_max) return std::nullopt;
    const auto code = static_cast<std::uint8_t>(cells_.size());
    cells_.push_back({descriptor_, std::string(bytes)});
    remember(bytes, code);
    return code;
}

bool cell_dictionary::number(
    const gt_row& row, std::size_t first, std::size_t count, std::uint8_t* codes
) {
    if (!row.has_field) return number_absent(count, codes);
    const std::size_t stride = row.stride();
    enter(descriptor_of(row), stride);
    const std::uint8_t* cells = row.bytes.data() + first * stride;
    if (stride == 1) return number_direct<std::uint8_t>(cells, count, codes);
    if (stride == 2) return number_direct<std::uint16_t>(cells, count, codes);
    if (is_short()) return number_short(cells, count, codes);
    return number_long(cells, count, codes);
}

bool cell_dictionary::number_absent(std::size_t count, std::uint8_t* codes) {
    if (!absent_) {
        if (cells_.size() == entries_max) return false;
        absent_ = static_cast<std::uint8_t>(cells_.size());
        cells_.push_back({no_field, {}});
    }
    std::memset(codes, *absent_, count);
    return true;
}

/// New cells are rare: all are looked up first, and only a row with a new one is gone through
/// again.
template <class Key>
bool cell_dictionary::number_direct(
    const std::uint8_t* cells, std::size_t count, std::uint8_t* codes
) {
    const auto code_of = [&](std::size_t i) {
        Key key;
        std::memcpy(&key, cells + i * sizeof key, sizeof key);
        return direct_[key];
    };
    unsigned seen = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint16_t code = code_of(i);
        seen |= code;
        codes[i] = static_cast<std::uint8_t>(code);
    }
    if ((seen & unseen) == 0) return true;
    for (std::size_t i = 0; i < count; ++i) {
        if (code_of(i) == unseen && !add(text_of(cells + i * sizeof(Key), sizeof(Key)))) {
            return false;
        }
        codes[i] = static_cast<std::uint8_t>(code_of(i));
    }
    return true;
}

bool cell_dictionary::number_short(
    const std::uint8_t* cells, std::size_t count, std::uint8_t* codes
) {
    for (std::size_t i = 0; i < count; ++i, cells += stride_) {
        const std::size_t slot = short_slot(key_of(cells, stride_));
        if (short_codes_[slot] == unseen && !add(text_of(cells, stride_))) return false;
        codes[i] = static_cast<std::uint8_t>(short_codes_[slot]);
    }
    return true;
}

bool cell_dictionary::number_long(
    const std::uint8_t* cells, std::size_t count, std::uint8_t* codes
) {
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i, cells += stride_) {
        bytes.assign(text_of(cells, stride_));
        const auto known = long_.find(bytes);
        const auto code = known != long_.end() ? known->second : add(bytes);
        if (!code) return false;
        codes[i] = *code;
    }
    return true;
}

bool cell_dictionary::append_to(std::string& tile) const {
    std::size_t slot = 0;
    for (const auto& c : cells_) slot = std::max(slot, c.bytes.size());
    if (slot * cells_.size() > dictionary_bytes_max) return false;
    const std::size_t start = tile.size();
    const tile_head head{
        static_cast<std::uint32_t>(cells_.size()), static_cast<std::uint32_t>(slot)};
    const auto add = [&tile](const auto& value) {
        tile.append(reinterpret_cast<const char*>(&value), sizeof value);
    };
    add(head);
    for (const auto& c : cells_) add(c.descriptor);
    for (const auto& c : cells_) tile.append(c.bytes).append(slot - c.bytes.size(), '\0');
    tile.resize(start + codes_offset(head), '\0');
    return true;
}

unsigned tile_encoder::encode(
    std::span<const gt_row> rows, std::size_t first, std::size_t samples, std::string& out
) {
    cells_.clear();
    codes_.resize(rows.size() * samples);
    std::uint8_t* codes = codes_.data();
    for (const auto& row : rows) {
        if (row.has_field && row.per_sample >= per_sample_end) return 0;
        if (!cells_.number(row, first, samples, codes)) return 0;
        codes += samples;
    }
    if (!cells_.append_to(out)) return 0;
    const unsigned bits = bits_for(cells_.size());
    pack(rows.size(), samples, bits);
    append_turned(code_bytes(rows.size(), bits), samples, out);
    return bits;
}

/// Lays the codes of 8 / `bits` records into one row of bytes. A row is written behind what was
/// read for it, so this happens in place.
void tile_encoder::pack(std::size_t records, std::size_t samples, unsigned bits) {
    const std::size_t in_byte = 8 / bits;
    if (in_byte == 1) return;
    std::uint8_t* into = codes_.data();
    for (std::size_t record = 0; record < records; record += in_byte, into += samples) {
        const std::uint8_t* from = codes_.data() + record * samples;
        std::memmove(into, from, samples);
        const std::size_t now = std::min(in_byte, records - record);
        for (std::size_t i = 1; i < now; ++i) {
            lay_over(into, from + i * samples, samples, static_cast<unsigned>(i * bits));
        }
    }
}

/// In squares that stay in the first cache.
void tile_encoder::append_turned(std::size_t rows, std::size_t samples, std::string& out) const {
    constexpr std::size_t side = 64;
    const std::size_t start = out.size();
    out.resize(start + rows * samples);
    char* const into = out.data() + start;
    for (std::size_t row = 0; row < rows; row += side) {
        const std::size_t row_end = std::min(rows, row + side);
        for (std::size_t sample = 0; sample < samples; sample += side) {
            const std::size_t sample_end = std::min(samples, sample + side);
            for (std::size_t s = sample; s < sample_end; ++s) {
                for (std::size_t r = row; r < row_end; ++r) {
                    into[s * rows + r] = static_cast<char>(codes_[r * samples + s]);
                }
            }
        }
    }
}

}  // namespace callstream::columns
