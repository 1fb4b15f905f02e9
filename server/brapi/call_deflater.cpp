#include "server/brapi/call_deflater.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace callstream::brapi {
namespace {

using streaming::bit_cursor;
using streaming::copy_distance_max;
using streaming::copy_length_min;
using streaming::crc_piece;
using streaming::deflate_codes;
using streaming::deflate_writer;
using streaming::text_edit;

constexpr std::size_t planned_max = 4096;  // bytes of a head
constexpr std::uint32_t word_bits = 56;    // that go to the stream at once
constexpr std::uint64_t kept_copy_max = 3 * streaming::copy_length_max;

/// `text` by its edits, the first of which stands here.
void write_edits(
    deflate_writer& out,
    const std::vector<text_edit>& edits,
    std::string_view text,
    std::uint64_t was_position
) {
    const auto position = out.position();
    for (const auto& edit : edits) {
        const auto piece = text.substr(edit.begin, edit.length);
        switch (edit.from) {
            case text_edit::source::before:
                out.repeat(piece, position + edit.begin - (was_position + edit.at));
                break;
            case text_edit::source::itself:
                out.repeat(piece, edit.begin - edit.at);
                break;
            default:
                out.spell(piece);
        }
    }
}

[[gnu::always_inline]] inline std::uint64_t load_key(const std::uint8_t* at, std::size_t size) {
    std::uint64_t key = 0;
    switch (size) {
        case 0:
            return 0;
        case 1:
            return *at;
        case 2: {
            std::uint16_t pair;
            std::memcpy(&pair, at, sizeof pair);
            return pair;
        }
        default:
            std::memcpy(&key, at, size);
            return key;
    }
}

}  // namespace

call_deflater::call_deflater(call_writer& writer, char terminator)
    : writer_(writer), terminator_(terminator), heads_(writer.call_sets()) {
    const auto of_terminator = streaming::crc_of({&terminator_, 1});
    for (std::size_t i = 0; i < heads_.size(); ++i) {
        const auto head = head_of(i);
        heads_[i].sum = streaming::crc_piece_of(
            streaming::crc_of(head, of_terminator), static_cast<std::uint32_t>(head.size() + 1)
        );
        longest_head_ = std::max(longest_head_, head.size() + 1);
    }
}

/// Without the quotation mark at its end, which goes with what follows: a letter alone between what
/// differs would cost as much as all the rest.
std::string_view call_deflater::head_of(std::size_t number) const {
    auto head = writer_.head(number);
    if (!head.empty()) head.remove_suffix(1);
    return head;
}

void call_deflater::render(streaming::marked_text& out, std::size_t number) {
    out.restart();
    if (!writer_.head(number).empty()) out.append('"');
    writer_.append_rest(out, number);
}

void call_deflater::find_head_edits(std::size_t number) {
    const auto cut_of = [&](std::size_t n) {
        return std::min(writer_.head_cut(n), static_cast<std::uint32_t>(head_of(n).size()));
    };
    edits_.clear();
    was_cut_[0] = cut_of(before(number));
    now_cut_[0] = cut_of(number);
    streaming::find_edits(head_of(before(number)), was_cut_, head_of(number), now_cut_, edits_);
}

void call_deflater::enter() {
    ++row_;
    keys_ = writer_.keys_of_rests();
    if (keys_ && keys_->size > sizeof(std::uint64_t)) keys_.reset();
}

std::uint64_t call_deflater::write(
    deflate_writer& out, std::uint64_t first, std::uint64_t most, bool owed
) {
    const auto end = static_cast<std::size_t>(std::min<std::uint64_t>(heads_.size(), first + most));
    auto at = static_cast<std::size_t>(first);
    do {
        const bool follows = owed && had_terminator_ && !out.is_learning();
        if (follows) {
            at = write_run(out, at, std::min(end, at + run_max));
            continue;
        }
        write_head(out, at, owed);
        write_rest(out, at);
        out.learn();
        owed = true;
        ++at;
    } while (at < end && !out.is_full());
    hold_last_rest();
    return at - first;
}

std::uint64_t call_deflater::key_of(std::size_t number) const {
    return load_key(keys_->bytes + keys_->columns[number] * keys_->size, keys_->size);
}

/// Diploid genotypes of the first alleles have each a place of their own.
call_deflater::known_rest& call_deflater::rest_for(std::uint64_t key) {
    if (key < 0x1000) return rests_[(key ^ key >> 4) % known_rests];
    constexpr std::uint64_t golden = 0x9E3779B97F4A7C15;
    return rests_[key * golden >> 56];
}

/// False when the call before is too far away, or this one takes too many bits.
bool call_deflater::make_plan(
    head_plan& plan, std::size_t number, std::uint64_t distance, const deflate_writer& out
) {
    const auto was = head_of(before(number));
    const auto now = head_of(number);
    plan.epoch = 0;
    if (distance > copy_distance_max || std::max(was.size(), now.size()) > planned_max)
        return false;
    plan.middle_bits = {};
    plan.end = 0;
    if (was.data() == now.data()) {  // the only one
        plan.start = static_cast<std::uint16_t>(1 + now.size());
        plan.grown = 0;
        plan.distance = static_cast<std::uint32_t>(distance);
        plan.epoch = out.epoch();
        return true;
    }
    find_head_edits(number);
    plan.start = 1;  // the terminator
    plan.grown = static_cast<std::int16_t>(now.size() - was.size());
    plan.distance = static_cast<std::uint32_t>(distance);
    const auto is_copy = [](const text_edit& e) { return e.from == text_edit::source::before; };
    if (!edits_.empty() && is_copy(edits_.front()) && edits_.front().at == 0) {
        plan.start = static_cast<std::uint16_t>(plan.start + edits_.front().length);
        edits_.erase(edits_.begin());
    }
    const bool ends_with_copy = !edits_.empty() && is_copy(edits_.back()) &&
                                edits_.back().at + edits_.back().length == was.size() &&
                                edits_.back().length >= copy_length_min &&
                                distance_of_end(plan) <= copy_distance_max;
    if (ends_with_copy) {
        plan.end = static_cast<std::uint16_t>(edits_.back().length);
        edits_.pop_back();
    }
    if (!add_middle(plan, out.codes(), now)) return false;
    plan.epoch = out.epoch();
    return true;
}

bool call_deflater::add_middle(head_plan& plan, const deflate_codes& codes, std::string_view now) {
    std::size_t word = 0;
    plan.middle = {};
    plan.middle_bits = {};
    const auto put = [&](std::uint64_t bits, std::uint32_t count) {
        if (word < plan.middle.size() && plan.middle_bits[word] + count > word_bits) ++word;
        if (word == plan.middle.size()) return false;
        plan.middle[word] |= bits << plan.middle_bits[word];
        plan.middle_bits[word] = static_cast<std::uint8_t>(plan.middle_bits[word] + count);
        return true;
    };
    const auto put_edit = [&](const text_edit& edit) {
        const bool is_before = edit.from == text_edit::source::before;
        const std::uint64_t distance =
            (is_before ? std::uint64_t{plan.distance} : 0) + edit.begin - edit.at;
        const bool is_copy = edit.from != text_edit::source::nothing &&
                             edit.length >= copy_length_min && distance <= copy_distance_max;
        if (is_copy && edit.length <= streaming::copy_length_max) {
            const auto length = codes.length(edit.length);
            const auto from = codes.distance(static_cast<std::uint32_t>(distance));
            return put(
                length.bits | std::uint64_t{from.bits} << length.count, length.count + from.count
            );
        }
        for (const char c : now.substr(edit.begin, edit.length)) {
            const auto code = codes.literal(c);
            if (!put(code.bits, code.count)) return false;
        }
        return true;
    };
    return std::all_of(edits_.begin(), edits_.end(), put_edit);
}

void call_deflater::write_head(deflate_writer& out, std::size_t number, bool owed) {
    const auto head = head_of(number);
    const std::uint64_t start = out.position() - (owed ? 0 : 1);
    const std::string_view terminator(&terminator_, 1);
    if (owed && had_terminator_) {
        out.repeat(terminator, start - head_position_);
    } else if (owed) {
        out.spell(terminator);
    }
    if (head_position_ == nowhere) {
        out.spell(head);
    } else {
        find_head_edits(number);
        write_edits(out, edits_, head, head_position_ + 1);
    }
    out.add(owed ? heads_[number].sum : streaming::crc_piece_of(head));
    last_ = number;
    head_position_ = start;
    had_terminator_ = owed;
}

/// Behind a head.
void call_deflater::write_rest(deflate_writer& out, std::size_t number) {
    if (!keys_) return render_rest(out, number, other_rest_);
    const auto key = key_of(number);
    auto& rest = rest_for(key);
    const auto distance = out.position() - rest.position;
    if (!is_near(rest, key, distance)) {
        rest.key = key;
        rest.row = row_;
        return render_rest(out, number, rest);
    }
    rest_position_ = rest.position = out.position();
    out.repeat(rest.sum.length, distance);
    out.add(rest.sum);
    last_rest_ = &rest;
}

void call_deflater::render_rest(deflate_writer& out, std::size_t number, known_rest& rest) {
    if (number > 0 && last_rest_ != nullptr && last_rest_ != held_) {
        // The call before is one of this row.
        render(was_, number - 1);
    }
    render(now_, number);
    const auto position = out.position();
    if (last_rest_ == nullptr) {
        out.spell(now_.view());
    } else {
        edits_.clear();
        streaming::find_edits(was_.view(), was_.cuts(), now_.view(), now_.cuts(), edits_);
        write_edits(out, edits_, now_.view(), rest_position_);
    }
    rest.sum = streaming::crc_piece_of(now_.view());
    out.add(rest.sum);
    rest_position_ = rest.position = position;
    longest_rest_ = std::max(longest_rest_, now_.size());
    std::swap(was_, now_);
    last_rest_ = held_ = &rest;
}

/// While its row is still there: the next call is made of it.
void call_deflater::hold_last_rest() {
    if (last_rest_ == held_) return;
    render(was_, last_);
    held_ = last_rest_;
}

std::size_t call_deflater::room_for_run(std::size_t calls) const {
    constexpr std::size_t copies = 3;
    return calls * (sizeof(head_plan::middle) + copies * bit_cursor::room_for_copy(0) +
                    bit_cursor::room_for_copy(longest_head_ + longest_rest_));
}

/// Most calls end a copy that is as long as that of the call before. One with more bits than fit is
/// noted without any.
void call_deflater::keep_copy(const streaming::open_copy& copy, const deflate_codes& codes) {
    auto& kept = copies_[copy.length % known_copies];
    kept = {copy.length, copy.distance, 0, 0};
    if (copy.length > kept_copy_max) return;
    std::array<char, bit_cursor::room_for_copy(kept_copy_max)> room;
    bit_cursor cursor;
    cursor.at = room.data();
    cursor.open = copy;
    cursor.close_copy(codes);
    const auto bytes = static_cast<std::size_t>(cursor.at - room.data());
    const auto count = static_cast<std::uint32_t>(8 * bytes) + cursor.count;
    if (count > word_bits) return;
    kept.bits = bytes < sizeof kept.bits ? cursor.bits << 8 * bytes : 0;
    for (std::size_t i = 0; i < bytes; ++i) {
        kept.bits |= std::uint64_t{static_cast<unsigned char>(room[i])} << 8 * i;
    }
    kept.count = count;
}

/// Calls behind one with a terminator, in codes that stay.
std::size_t call_deflater::write_run(deflate_writer& out, std::size_t first, std::size_t end) {
    std::size_t summed = 0;
    const auto& codes = out.codes();
    const auto epoch = out.epoch();
    if (epoch != copies_epoch_) copies_ = {};
    copies_epoch_ = epoch;
    auto cursor = out.lend(room_for_run(end - first));
    const bool has_keys = keys_.has_value();
    const auto keys = keys_.value_or(call_writer::rest_keys{});
    auto head_position = head_position_;
    std::size_t at = first;
    for (; at < end; ++at) {
        auto& head = heads_[at];
        const auto distance = cursor.position - head_position;
        bool planned = head.distance == distance && head.epoch == epoch;
        if (!planned) planned = make_plan(head, at, distance, out);
        if (planned && cursor.can_copy(head.start, distance)) {
            head_position = cursor.position;
            cursor.copy(codes, head.start, distance);
            if (head.middle_bits[0] != 0) {
                const auto open = cursor.open;
                const auto& known = copies_[open.length % known_copies];
                const bool is_known =
                    known.length == open.length && known.distance == open.distance;
                if (is_known && known.count > 0) {
                    cursor.put(known.bits, known.count);
                    cursor.open = {};
                } else {
                    if (!is_known) keep_copy(open, codes);
                    cursor.close_copy(codes);
                }
                cursor.put(head.middle[0], head.middle_bits[0]);
                if (head.middle_bits[1] != 0) cursor.put(head.middle[1], head.middle_bits[1]);
            }
            // What is between the copies counts, too.
            cursor.position += head.sum.length - head.start - head.end;
            if (head.end > 0) {
                cursor.copy(codes, head.end, distance_of_end(head));
            }
            sums_[summed++] = head.sum;
        } else {
            head_position_ = head_position;
            out.bring_back(cursor);
            out.add(sums_.data(), std::exchange(summed, 0));
            write_head(out, at, true);
            head_position = head_position_;
            cursor = out.lend(room_for_run(end - at));
        }
        last_ = at;

        if (has_keys) {
            const auto key = load_key(keys.bytes + keys.columns[at] * keys.size, keys.size);
            auto& rest = rest_for(key);
            const auto back = cursor.position - rest.position;
            if (is_near(rest, key, back)) {
                rest_position_ = rest.position = cursor.position;
                cursor.copy(codes, rest.sum.length, back);
                sums_[summed++] = rest.sum;
                last_rest_ = &rest;
                continue;
            }
        }
        out.bring_back(cursor);
        out.add(sums_.data(), std::exchange(summed, 0));
        write_rest(out, at);
        cursor = out.lend(room_for_run(end - at));
    }
    head_position_ = head_position;
    out.bring_back(cursor);
    out.add(sums_.data(), summed);
    return at;
}

}  // namespace callstream::brapi
