#include "engine/columns/column_state.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace callstream::columns {
namespace {

constexpr char checkpoint_magic[8] = {'C', 'S', 'C', 'P', 'A', '0', '0', '1'};

struct kept_file {
    std::uint64_t bytes;
    std::uint64_t hash;
};

struct checkpoint_bytes {
    char magic[8];
    column_subject subject;
    tile_shape shape;
    column_progress progress;
    kept_file tiles;
    kept_file blocks;
    kept_file entries;
    std::uint64_t hash_value;  // of what is before it

    std::uint64_t hash() const {
        return hash64({reinterpret_cast<const char*>(this), offsetof(checkpoint_bytes, hash_value)}
        );
    }
};

template <class T>
std::string_view bytes_of(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

bool is_same(const column_subject& a, const column_subject& b) {
    return a.source == b.source && a.provisional_fingerprint == b.provisional_fingerprint &&
           a.content == b.content && a.records == b.records;
}

}  // namespace

column_state::column_state(
    column_paths paths, const column_subject& subject, const tile_shape& shape
)
    : paths_(std::move(paths)),
      subject_(subject),
      shape_(shape),
      tiles_(paths_.work / "tiles"),
      blocks_(paths_.work / "blocks"),
      entries_(paths_.work / "entries") {
    std::filesystem::create_directories(paths_.work);
}

bool column_state::resume(column_progress& into) {
    const auto kept = read_whole(checkpoint_path(), sizeof(checkpoint_bytes));
    checkpoint_bytes head{};
    const bool is_there = kept && kept->size() == sizeof head;
    if (is_there) std::memcpy(&head, kept->data(), sizeof head);
    const bool fits = is_there &&
                      std::memcmp(head.magic, checkpoint_magic, sizeof head.magic) == 0 &&
                      head.hash_value == head.hash() && is_same(head.subject, subject_) &&
                      head.shape == shape_ && tiles_.resume(head.tiles.bytes, head.tiles.hash) &&
                      blocks_.resume(head.blocks.bytes, head.blocks.hash) &&
                      entries_.resume(head.entries.bytes, head.entries.hash);
    if (!fits) {
        discard();
        std::filesystem::create_directories(paths_.work);
        return false;
    }
    into = head.progress;
    return true;
}

void column_state::checkpoint(const column_progress& now) {
    if (now.records == 0) return;
    for (auto* file : {&tiles_, &blocks_, &entries_}) file->sync();
    const auto kept = [](const append_file& file) {
        return kept_file{file.size(), file.synced_hash()};
    };
    checkpoint_bytes head{};
    std::memcpy(head.magic, checkpoint_magic, sizeof head.magic);
    head.subject = subject_;
    head.shape = shape_;
    head.progress = now;
    head.tiles = kept(tiles_);
    head.blocks = kept(blocks_);
    head.entries = kept(entries_);
    head.hash_value = head.hash();
    write_atomically(checkpoint_path(), bytes_of(head), 0644);
}

bool column_state::has_checkpoint() const noexcept {
    std::error_code ignored;
    return std::filesystem::exists(checkpoint_path(), ignored);
}

void column_state::discard() noexcept {
    for (auto* file : {&tiles_, &blocks_, &entries_}) file->remove();
    std::error_code ignored;
    std::filesystem::remove_all(paths_.work, ignored);
}

void column_state::add_tile(std::string_view bytes, unsigned bits) {
    const tile_entry entry{
        tiles_.size(), hash64(bytes), static_cast<std::uint32_t>(bytes.size()), bits};
    entries_.append(bytes_of(entry));
    tiles_.append(bytes);
    constexpr std::string_view zeros("\0\0\0\0\0\0\0", 7);
    tiles_.append(zeros.substr(0, aligned(bytes.size()) - bytes.size()));
}

void column_state::add_block(const block_entry& block) {
    blocks_.append(bytes_of(block));
}

/// Returns the hash of the directory.
std::uint64_t column_state::append_directory() {
    constexpr std::size_t piece_bytes = 256 * 1024;
    running_hash hash;
    std::string piece;
    for (auto* file : {&blocks_, &entries_}) {
        for (std::uint64_t at = 0; at < file->size(); at += piece.size()) {
            piece.resize(std::min<std::uint64_t>(piece_bytes, file->size() - at));
            file->read(at, piece.data(), piece.size());
            hash.add(piece.data(), piece.size());
            tiles_.append(piece);
        }
    }
    return hash.value().low;
}

void column_state::publish(column_foot foot) {
    std::memcpy(foot.magic, column_magic, sizeof foot.magic);
    foot.provisional_fingerprint = subject_.provisional_fingerprint;
    foot.content_high = subject_.content.high;
    foot.content_low = subject_.content.low;
    foot.blocks = blocks_.size() / sizeof(block_entry);
    foot.directory_offset = tiles_.size();
    foot.directory_hash = append_directory();
    foot.bytes = tiles_.size() + sizeof foot;
    foot.foot_hash = foot.hash();
    tiles_.append(bytes_of(foot));
    tiles_.publish_derived(paths_.columns);
    discard();
}

}  // namespace callstream::columns
