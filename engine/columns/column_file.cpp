#include "engine/columns/column_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace callstream::columns {

std::uint32_t other_field_bits(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, other_field>, 5> special = {{
        {"DS", other_field::dosage},
        {"FT", other_field::filter},
        {"GL", other_field::likelihood_log10},
        {"PL", other_field::likelihood_phred},
        {"PS", other_field::phase_set},
    }};
    if (name == "GT") return 0;
    auto bits = static_cast<std::uint32_t>(other_field::any);
    for (const auto& [known, field] : special) {
        if (known == name) bits |= static_cast<std::uint32_t>(field);
    }
    return bits;
}

result<std::shared_ptr<const column_file>> column_file::load(
    const std::filesystem::path& path, std::uint64_t provisional_fingerprint
) {
    auto file = mapped_file::open(path);
    if (!file) return file.error();
    const error unusable{errc::file_unusable, "the columns are damaged"};
    const std::string_view bytes = file->bytes();
    if (bytes.size() < sizeof(column_foot)) return unusable;
    std::shared_ptr<column_file> out(new column_file);
    column_foot& foot = out->foot_;
    std::memcpy(&foot, bytes.data() + bytes.size() - sizeof foot, sizeof foot);
    const bool intact = std::memcmp(foot.magic, column_magic, sizeof foot.magic) == 0 &&
                        foot.foot_hash == foot.hash() && foot.bytes == bytes.size();
    if (!intact || foot.provisional_fingerprint != provisional_fingerprint) return unusable;
    out->file_ = std::move(*file);
    if (!out->read_directory()) return unusable;
    return std::shared_ptr<const column_file>(std::move(out));
}

/// The hash of the foot vouches for its counts, the hash of the directory for its offsets.
bool column_file::read_directory() {
    const char* start = file_.bytes().data() + foot_.directory_offset;
    const std::size_t blocks_bytes = foot_.blocks * sizeof(block_entry);
    const std::size_t tiles = foot_.blocks * foot_.groups();
    const std::size_t bytes = blocks_bytes + tiles * sizeof(tile_entry);
    running_hash hash;
    hash.add(start, bytes);
    if (hash.value().low != foot_.directory_hash) return false;
    blocks_ = {reinterpret_cast<const block_entry*>(start), foot_.blocks};
    tiles_ = {reinterpret_cast<const tile_entry*>(start + blocks_bytes), tiles};
    checked_ = std::make_unique<std::atomic<bool>[]>(tiles);
    return true;
}

std::size_t column_file::block_of(std::uint64_t ordinal) const {
    const auto behind = std::partition_point(blocks_.begin(), blocks_.end(), [&](const auto& b) {
        return b.first_ordinal <= ordinal;
    });
    return static_cast<std::size_t>(behind - blocks_.begin()) - 1;
}

/// Two that ask for one tile at once may both look at it.
bool column_file::is_intact(std::size_t number) const {
    if (checked_[number].load(std::memory_order_acquire)) return true;
    const tile_entry& entry = tiles_[number];
    if (hash64(file_.bytes().substr(entry.offset, entry.bytes)) != entry.hash) {
        is_sound_.store(false, std::memory_order_relaxed);
        return false;
    }
    checked_[number].store(true, std::memory_order_release);
    return true;
}

std::optional<column_file::tile> column_file::find_tile(std::size_t block, std::size_t group)
    const {
    const std::size_t number = block * foot_.groups() + group;
    const tile_entry& entry = tiles_[number];
    if (entry.bits == 0 || !is_intact(number)) return std::nullopt;
    return tile{file_.bytes().substr(entry.offset, entry.bytes), entry.bits};
}

result<bool> column_file::check(std::stop_token stop) const {
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
        if (stop.stop_requested()) return error{errc::unavailable, "was stopped"};
        if (tiles_[i].bits != 0 && !is_intact(i)) return false;
    }
    return true;
}

}  // namespace callstream::columns
