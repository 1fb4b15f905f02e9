#include "server/streaming/marked_text.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace callstream::streaming {
namespace {

using source = text_edit::source;

// Shorter repeats cost as much as letters.
constexpr std::size_t worth_a_copy = 4;

std::uint64_t word_at(const char* at) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

constexpr bool words_in_order = std::endian::native == std::endian::little;

/// What remains at the end of a text is in a word that begins before it.
std::size_t common_start(std::string_view a, std::string_view b) {
    const std::size_t most = std::min(a.size(), b.size());
    std::size_t n = 0;
    if (words_in_order && most >= 8) {
        for (; n < most; n += 8) {
            n = std::min(n, most - 8);
            const auto differ = word_at(a.data() + n) ^ word_at(b.data() + n);
            if (differ != 0) return n + static_cast<std::size_t>(std::countr_zero(differ)) / 8;
        }
        return most;
    }
    while (n < most && a[n] == b[n]) ++n;
    return n;
}

std::size_t common_end(std::string_view a, std::string_view b) {
    const std::size_t most = std::min(a.size(), b.size());
    std::size_t n = 0;
    if (words_in_order && most >= 8) {
        const char* const a_end = a.data() + a.size() - 8;
        const char* const b_end = b.data() + b.size() - 8;
        for (; n < most; n += 8) {
            n = std::min(n, most - 8);
            const auto differ = word_at(a_end - n) ^ word_at(b_end - n);
            if (differ != 0) return n + static_cast<std::size_t>(std::countl_zero(differ)) / 8;
        }
        return most;
    }
    while (n < most && a[a.size() - 1 - n] == b[b.size() - 1 - n]) ++n;
    return n;
}

class edit_finder {
 public:
    edit_finder(std::string_view was, std::string_view now, std::vector<text_edit>& edits)
        : was_(was), now_(now), edits_(edits), first_(edits.size()) {}

    /// Pieces that stand for each other.
    void piece(std::size_t was_begin, std::size_t was_end, std::size_t begin, std::size_t end) {
        const auto was = was_.substr(was_begin, was_end - was_begin);
        const auto now = now_.substr(begin, end - begin);
        const auto start = common_start(was, now);
        add(begin, start, source::before, was_begin);
        if (start == now.size()) return;
        const auto tail = common_end(was.substr(start), now.substr(start));
        middle(was_begin + start, was_end - tail, begin + start, end - tail);
        add(end - tail, tail, source::before, was_end - tail);
    }

 private:
    void middle(std::size_t was_begin, std::size_t was_end, std::size_t begin, std::size_t end) {
        if (begin == end) return;
        const auto now = now_.substr(begin, end - begin);
        const auto changed = now_.substr(change_, change_size_);
        const auto like = now.size() < worth_a_copy ? changed.npos : changed.find(now);
        if (like != changed.npos) {
            add(begin, now.size(), source::itself, change_ + like);
            return;
        }
        change_ = begin;
        change_size_ = now.size();
        const bool same_size = was_end - was_begin == now.size();
        if (same_size && now.size() > worth_a_copy) {
            side_by_side(was_begin, begin, now.size());
        } else {
            add(begin, now.size(), source::nothing, 0);
        }
    }

    void side_by_side(std::size_t was_begin, std::size_t begin, std::size_t size) {
        std::size_t letters = 0;  // from here on nothing is added yet
        for (std::size_t i = 0; i < size;) {
            const auto same = common_start(
                was_.substr(was_begin + i, size - i), now_.substr(begin + i, size - i)
            );
            if (same >= worth_a_copy) {
                add(begin + letters, i - letters, source::nothing, 0);
                add(begin + i, same, source::before, was_begin + i);
                letters = i + same;
            }
            i += std::max<std::size_t>(same, 1);
        }
        add(begin + letters, size - letters, source::nothing, 0);
    }

    [[gnu::always_inline]] void add(
        std::size_t begin, std::size_t length, source from, std::size_t at
    ) {
        if (length == 0) return;
        const auto n = static_cast<std::uint32_t>(length);
        if (edits_.size() > first_) {
            auto& last = edits_.back();
            const bool goes_on =
                last.from == from && (from == source::nothing || last.at + last.length == at);
            if (goes_on) {
                last.length += n;
                return;
            }
        }
        edits_.push_back(
            {static_cast<std::uint32_t>(begin), n, from, static_cast<std::uint32_t>(at)}
        );
    }

    std::string_view was_;
    std::string_view now_;
    std::vector<text_edit>& edits_;
    std::size_t first_;
    std::size_t change_ = 0;  // what was spelled last
    std::size_t change_size_ = 0;
};

}  // namespace

void find_edits(
    std::string_view was,
    const std::vector<std::uint32_t>& was_cuts,
    std::string_view now,
    const std::vector<std::uint32_t>& now_cuts,
    std::vector<text_edit>& edits
) {
    edit_finder finder(was, now, edits);
    // Where there are more pieces than before, what is left over stands against what is left over.
    const std::size_t pairs = std::min(was_cuts.size(), now_cuts.size());
    std::size_t was_at = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < pairs; ++i) {
        finder.piece(was_at, was_cuts[i], at, now_cuts[i]);
        was_at = was_cuts[i];
        at = now_cuts[i];
    }
    finder.piece(was_at, was.size(), at, now.size());
}

}  // namespace callstream::streaming
