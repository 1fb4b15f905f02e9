// Writes a gzip stream for somebody who knows where its text repeats itself: copies and literals
// instead of a search for them. Codes are made of the first symbols of a block and kept, so that
// what recurs can be kept as bits.
#pragma once

#include "engine/core/text_buffer.hpp"
#include "server/streaming/crc_join.hpp"
#include "server/streaming/deflate_codes.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace callstream::streaming {

/// The copy that goes on: what follows from the same distance belongs to it.
struct open_copy {
    std::uint64_t length = 0;
    std::uint64_t distance = 0;  ///< 0: there is none
};

/// The innermost part: bits into memory that has the room. For loops, as a local copy, since
/// nothing can change it behind their back then.
struct bit_cursor {
    char* at = nullptr;
    std::uint64_t bits = 0;
    std::uint32_t count = 0;  ///< of bits; below 8 between calls
    open_copy open;
    std::uint64_t position = 0;  ///< in the text

    /// At most 56 bits. Needs eight bytes of room.
    [[gnu::always_inline]] void put(std::uint64_t more, std::uint32_t n) noexcept {
        bits |= more << count;
        count += n;
        store(bits);
        at += count >> 3;
        bits >>= count & ~7U;
        count &= 7;
    }
    [[gnu::always_inline]] void put_copy(
        const deflate_codes& codes, std::uint32_t length, std::uint64_t distance
    ) noexcept {
        const auto how_many = codes.length(length);
        const auto from_where = codes.distance(static_cast<std::uint32_t>(distance));
        put(how_many.bits | std::uint64_t{from_where.bits} << how_many.count,
            how_many.count + from_where.count);
    }
    [[gnu::always_inline]] void close_copy(const deflate_codes& codes) noexcept {
        if (open.distance == 0) return;
        auto left = open.length;
        while (left > copy_length_max) {
            // Of what is left no rest may be too short to be copied.
            const auto now = std::min<std::uint64_t>(copy_length_max, left - copy_length_min);
            put_copy(codes, static_cast<std::uint32_t>(now), open.distance);
            left -= now;
        }
        put_copy(codes, static_cast<std::uint32_t>(left), open.distance);
        open = {};
    }
    bool can_copy(std::uint64_t length, std::uint64_t distance) const noexcept {
        return length >= copy_length_min || distance == open.distance;
    }
    /// `length` bytes like those that stand `distance` before, which is near enough, where it can.
    [[gnu::always_inline]] void copy(
        const deflate_codes& codes, std::uint64_t length, std::uint64_t distance
    ) noexcept {
        position += length;
        if (distance != open.distance) {
            close_copy(codes);
            open.distance = distance;
        }
        open.length += length;
    }
    [[gnu::always_inline]] void store(std::uint64_t word) noexcept {
        if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
        std::memcpy(at, &word, sizeof word);
    }
    /// The most bytes that closing a copy of this length takes.
    static constexpr std::size_t room_for_copy(std::uint64_t length) noexcept {
        return static_cast<std::size_t>(length / (copy_length_max - copy_length_min) + 2) * 8;
    }
};

/// Not thread-safe. A stream has the parts open - anything - pause, ..., the last one ends with
/// finish. Errors: std::bad_alloc.
class deflate_writer {
 public:
    explicit deflate_writer(crc_join::how way = crc_join::best());

    /// What follows goes behind `out`, which has to stay until `pause` or `finish`, and is touched
    /// by nobody else until then.
    void open(text_buffer& out);
    /// Ends a part: all that was written can be decoded.
    void pause();
    void finish();
    /// This part is as large as one should be: as a block on the wire, and in the time it took.
    bool is_full() const noexcept;

    /// Text that is not known to be repeated.
    void write(std::string_view text);

    /// Text letter by letter, without its checksum.
    void spell(std::string_view text);
    /// The same for text that stands `distance` before, too: copied if that is near enough.
    void repeat(std::string_view text, std::uint64_t distance) {
        const bool goes_on = distance == cursor_.open.distance;
        const bool can_start = text.size() >= copy_length_min && distance <= copy_distance_max;
        if (distance == 0 || !(goes_on || can_start)) return spell(text);
        repeat(text.size(), distance);
    }
    /// The same where it can be copied: at least three bytes, at most 32 KiB before.
    void repeat(std::uint64_t length, std::uint64_t distance) {
        if (distance != cursor_.open.distance) close();
        cursor_.position += length;
        cursor_.open.length += length;
        cursor_.open.distance = distance;
    }
    /// The checksum of text that was spelled or repeated.
    void add(const crc_piece& piece) { sums_.add(piece); }
    void add(const crc_piece* pieces, std::size_t count) { sums_.add(pieces, count); }

    /// Bytes of text so far.
    std::uint64_t position() const noexcept { return cursor_.position; }

    /// For those who write bits themselves: room for `bytes` behind the cursor, which they bring
    /// back. The codes are those of one `epoch`, which is never 0.
    bit_cursor lend(std::size_t bytes) {
        begin_block();
        make_room(bytes + bit_cursor::room_for_copy(cursor_.open.length));
        return cursor_;
    }
    void bring_back(const bit_cursor& cursor) noexcept { cursor_ = cursor; }
    const deflate_codes& codes() const noexcept { return *codes_; }
    std::uint32_t epoch() const noexcept { return epoch_; }
    /// Symbols are being counted, and who writes bits himself should not yet.
    bool is_learning() const noexcept { return learning_; }
    /// Begins a new block with better codes, when enough is known.
    void learn() {
        if (learning_ && counted_ >= enough_symbols) relearn();
    }

 private:
    static constexpr std::uint32_t enough_symbols = 4096;

    void make_room(std::size_t bytes) {
        if (bytes > static_cast<std::size_t>(room_end_ - cursor_.at)) grow(bytes);
    }
    void grow(std::size_t bytes);
    void put(bit_code code) { cursor_.put(code.bits, code.count); }
    void put_bytes(std::string_view bytes, std::uint32_t bit_count);
    void close();
    void count_copy();
    void begin_block();
    void end_block();
    void relearn();

    std::optional<deflate_codes> codes_;
    std::uint32_t epoch_ = 1;
    crc_join sums_;
    text_buffer* out_ = nullptr;
    char* room_end_ = nullptr;
    std::size_t opened_at_ = 0;
    std::uint64_t opened_position_ = 0;
    bit_cursor cursor_;
    bool begun_ = false;
    bool in_block_ = false;
    bool learning_ = true;
    std::uint32_t counted_ = 0;
    std::uint64_t parts_ = 0;
    symbol_counts counts_;
};

}  // namespace callstream::streaming
