#include "server/streaming/deflate_writer.hpp"

#include <algorithm>

namespace callstream::streaming {
namespace {

// RFC 1952: deflate, no flags, no time, nothing said of speed or system.
constexpr std::string_view gzip_head("\x1F\x8B\x08\0\0\0\0\0\0\xFF", 10);

// A part: what one write of a socket carries well, and no more text than is made in about a
// millisecond.
constexpr std::size_t part_bytes = 64 * 1024;
constexpr std::uint64_t part_text = 2 * 1024 * 1024;

constexpr std::size_t store_bytes = 8;  // that a cursor may touch behind its end

}  // namespace

deflate_writer::deflate_writer(crc_join::how way) : codes_(symbol_counts::usual()), sums_(way) {}

void deflate_writer::open(text_buffer& out) {
    out_ = &out;
    opened_at_ = out.size();
    opened_position_ = cursor_.position;
    cursor_.at = room_end_ = out.prepare(0);
    grow(part_bytes);
    if (!begun_) put_bytes(gzip_head, 8 * gzip_head.size());
    begun_ = true;
    // What a text looks like changes slowly.
    ++parts_;
    if (std::has_single_bit(parts_)) {
        learning_ = true;
        counted_ = 0;
        counts_ = {};
    }
}

bool deflate_writer::is_full() const noexcept {
    const auto bytes = static_cast<std::size_t>(cursor_.at - out_->data()) - opened_at_;
    return bytes >= part_bytes || cursor_.position - opened_position_ >= part_text;
}

void deflate_writer::grow(std::size_t bytes) {
    out_->commit(cursor_.at);
    cursor_.at = out_->prepare(bytes + store_bytes);
    room_end_ = cursor_.at + bytes;
}

void deflate_writer::put_bytes(std::string_view bytes, std::uint32_t bit_count) {
    make_room(bytes.size() + store_bytes);
    for (const char c : bytes) {
        const auto now = std::min<std::uint32_t>(8, bit_count);
        cursor_.put(static_cast<unsigned char>(c), now);
        bit_count -= now;
    }
}

void deflate_writer::begin_block() {
    if (in_block_) return;
    put_bytes(codes_->header(), codes_->header_bits());
    in_block_ = true;
}

void deflate_writer::end_block() {
    close();
    if (!in_block_) return;
    make_room(store_bytes);
    put(codes_->end_of_block());
    in_block_ = false;
}

void deflate_writer::close() {
    if (cursor_.open.distance == 0) return;
    begin_block();
    make_room(bit_cursor::room_for_copy(cursor_.open.length));
    if (learning_) count_copy();
    cursor_.close_copy(*codes_);
}

void deflate_writer::count_copy() {
    const auto& copy = cursor_.open;
    auto left = copy.length;
    for (; left > copy_length_max + copy_length_min; left -= copy_length_max) {
        ++counts_.of_text[length_symbol(copy_length_max)];
        ++counts_.of_distance[distance_symbol(static_cast<std::uint32_t>(copy.distance))];
        ++counted_;
        if (counted_ >= enough_symbols) return;
    }
    const auto last = std::min<std::uint64_t>(left, copy_length_max);
    ++counts_.of_text[length_symbol(static_cast<std::uint32_t>(last))];
    ++counts_.of_distance[distance_symbol(static_cast<std::uint32_t>(copy.distance))];
    ++counted_;
}

void deflate_writer::spell(std::string_view text) {
    if (text.empty()) return;
    close();
    begin_block();
    make_room(2 * text.size() + store_bytes);
    if (learning_ && counted_ < enough_symbols) {
        for (const char c : text) ++counts_.of_text[static_cast<unsigned char>(c)];
        counted_ += static_cast<std::uint32_t>(std::min<std::size_t>(text.size(), enough_symbols));
    }
    bit_cursor cursor = cursor_;
    const auto& codes = *codes_;
    std::size_t i = 0;
    for (; i + 3 <= text.size(); i += 3) {
        const auto a = codes.literal(text[i]);
        const auto b = codes.literal(text[i + 1]);
        const auto c = codes.literal(text[i + 2]);
        cursor.put(
            a.bits | std::uint64_t{b.bits} << a.count |
                std::uint64_t{c.bits} << (a.count + b.count),
            a.count + b.count + c.count
        );
    }
    for (; i < text.size(); ++i) {
        const auto a = codes.literal(text[i]);
        cursor.put(a.bits, a.count);
    }
    cursor.position += text.size();
    cursor_ = cursor;
}

void deflate_writer::write(std::string_view text) {
    spell(text);
    add(crc_piece_of(text));
}

void deflate_writer::relearn() {
    end_block();
    codes_.emplace(counts_);
    ++epoch_;
    learning_ = false;
}

/// An empty stored block brings the bits to the border of a byte.
void deflate_writer::pause() {
    end_block();
    make_room(2 * store_bytes);
    constexpr std::uint32_t kind_bits = 3;
    cursor_.put(0, kind_bits);
    if (cursor_.count > 0) cursor_.put(0, 8 - cursor_.count);
    cursor_.put(0xFFFF0000, 32);  // no bytes, and the complement of that
    out_->commit(cursor_.at);
    out_ = nullptr;
}

/// An empty block with fixed codes is the last one.
void deflate_writer::finish() {
    end_block();
    make_room(4 * store_bytes);
    constexpr std::uint32_t end_bits = 7;
    cursor_.put(0b011, 3);
    cursor_.put(0, end_bits);
    if (cursor_.count > 0) cursor_.put(0, 8 - cursor_.count);
    cursor_.put(sums_.value(), 32);
    cursor_.put(cursor_.position & 0xFFFFFFFF, 32);
    out_->commit(cursor_.at);
    out_ = nullptr;
}

}  // namespace callstream::streaming
