// Call objects as deflate, made of what is known of them and not of their text: the head of a call
// set differs from that of the call set before in a few letters, and what follows is, within a row,
// the same for equal genotypes. So most calls are two or three copies and some letters, whose bits
// are kept from row to row.
#pragma once

#include "server/brapi/call_writer.hpp"
#include "server/streaming/deflate_writer.hpp"
#include "server/streaming/marked_text.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace callstream::brapi {

/// For the calls of one `call_writer`, which has all its call sets already and outlives it. One
/// thread at a time.
class call_deflater {
 public:
    /// What is kept for each call set is below 64 bytes, so this is about a megabyte.
    static constexpr std::size_t call_sets_max = 16'384;

    /// Calls are separated by `terminator`.
    call_deflater(call_writer& writer, char terminator);

    /// After the writer has entered a record.
    void enter();

    /// As call_writer::write, until the part of `out` is full, but for where terminators stand: one
    /// before each call, before the first one where `owed`, and none behind the last.
    std::uint64_t write(
        streaming::deflate_writer& out, std::uint64_t first, std::uint64_t most, bool owed
    );

 private:
    /// How a head with its terminator is made of the head before: copy, letters, copy.
    struct head_plan {
        streaming::crc_piece sum;
        std::array<std::uint64_t, 2> middle{};  // bits of what is between the copies
        std::array<std::uint8_t, 2> middle_bits{};
        std::uint16_t start = 0;     // bytes of the first copy
        std::uint16_t end = 0;       // of the last
        std::int16_t grown = 0;      // by so much it is longer than the one before
        std::uint32_t distance = 0;  // the plan is for this one and for codes of this epoch
        std::uint32_t epoch = 0;
    };
    /// A rest of a call that was written in this row.
    struct known_rest {
        std::uint64_t key = 0;
        std::uint64_t row = 0;
        std::uint64_t position = 0;  // where it was written last
        streaming::crc_piece sum;
    };
    /// A copy as bits.
    struct known_copy {
        std::uint64_t length = 0;
        std::uint64_t distance = 0;
        std::uint64_t bits = 0;
        std::uint32_t count = 0;  // 0: they are too many
    };
    static constexpr std::size_t known_copies = 32;
    static constexpr std::size_t known_rests = 256;
    static constexpr std::size_t run_max = 64;  // calls between two looks at how full a part is
    static constexpr std::uint64_t nowhere = std::numeric_limits<std::uint64_t>::max();

    static std::uint64_t distance_of_end(const head_plan& plan) {
        return plan.distance + static_cast<std::uint64_t>(std::int64_t{plan.grown});
    }
    bool is_near(const known_rest& rest, std::uint64_t key, std::uint64_t distance) const {
        return rest.key == key && rest.row == row_ && distance <= streaming::copy_distance_max &&
               rest.sum.length >= streaming::copy_length_min;
    }
    std::string_view head_of(std::size_t number) const;
    void render(streaming::marked_text& out, std::size_t number);
    void find_head_edits(std::size_t number);
    bool make_plan(
        head_plan& plan,
        std::size_t number,
        std::uint64_t distance,
        const streaming::deflate_writer& out
    );
    bool add_middle(head_plan& plan, const streaming::deflate_codes& codes, std::string_view now);
    std::size_t before(std::size_t number) const {
        return (number == 0 ? writer_.call_sets() : number) - 1;
    }
    void write_head(streaming::deflate_writer& out, std::size_t number, bool owed);
    void write_rest(streaming::deflate_writer& out, std::size_t number);
    void render_rest(streaming::deflate_writer& out, std::size_t number, known_rest& rest);
    void hold_last_rest();
    void keep_copy(const streaming::open_copy& copy, const streaming::deflate_codes& codes);
    std::size_t write_run(streaming::deflate_writer& out, std::size_t first, std::size_t end);
    std::uint64_t key_of(std::size_t number) const;
    known_rest& rest_for(std::uint64_t key);
    std::size_t room_for_run(std::size_t calls) const;

    call_writer& writer_;
    char terminator_;
    std::vector<head_plan> heads_;
    std::size_t longest_head_ = 0;
    std::size_t longest_rest_ = 0;

    std::array<known_copy, known_copies> copies_;  // by length, in codes of `copies_epoch_`
    std::uint32_t copies_epoch_ = 0;

    std::uint64_t row_ = 0;
    std::optional<call_writer::rest_keys> keys_;  // of the row
    std::array<known_rest, known_rests> rests_;
    std::array<streaming::crc_piece, 2 * run_max> sums_;  // of a run
    known_rest other_rest_;                               // where rests are not known by keys

    // The call that was written last
    std::size_t last_ = 0;
    std::uint64_t head_position_ = nowhere;  // of its terminator
    bool had_terminator_ = false;
    std::uint64_t rest_position_ = 0;
    const known_rest* last_rest_ = nullptr;

    const known_rest* held_ = nullptr;  // whose text is in `was_`
    streaming::marked_text was_;
    streaming::marked_text now_;
    std::vector<std::uint32_t> was_cut_{0};
    std::vector<std::uint32_t> now_cut_{0};
    std::vector<streaming::text_edit> edits_;
};

}  // namespace callstream::brapi
