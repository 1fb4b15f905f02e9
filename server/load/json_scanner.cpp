#include "server/load/json_scanner.hpp"

#include "engine/core/parse.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>
#include <string>

namespace callstream::load {
namespace {

constexpr std::uint32_t replacement = 0xFFFD;

[[noreturn]] void refuse(const char* why) {
    throw std::runtime_error(std::string("the answer is no JSON: ") + why);
}

bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// What no word of JSON has.
bool ends_word(char c) {
    return is_blank(c) || c == ',' || c == ']' || c == '}';
}

bool is_word(std::string_view text) {
    if (text == "true" || text == "false" || text == "null") return true;
    const bool begins = text.front() == '-' || (text.front() >= '0' && text.front() <= '9');
    return begins && parse_real(text).has_value();
}

/// The top bit of each byte that ends plain text: a quote, a backslash or a control character. A
/// byte above one that does may be marked, too, so only the lowest counts.
std::uint64_t ends_of_plain(std::uint64_t bytes) {
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t tops = ones << 7;
    const auto zeros = [](std::uint64_t x) { return (x - ones) & ~x & tops; };
    const std::uint64_t controls = (bytes - ones * ' ') & ~bytes & tops;
    return zeros(bytes ^ (ones * '"')) | zeros(bytes ^ (ones * '\\')) | controls;
}

/// Where a string stops being plain text.
const char* find_end_of_plain(const char* at, const char* end) {
    if constexpr (std::endian::native == std::endian::little) {
        for (; end - at >= 8; at += 8) {
            std::uint64_t bytes = 0;
            std::memcpy(&bytes, at, sizeof bytes);
            if (const auto found = ends_of_plain(bytes); found != 0) {
                return at + std::countr_zero(found) / 8;
            }
        }
    }
    while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= ' ') ++at;
    return at;
}

}  // namespace

void json_scanner::feed(std::string_view piece, json_events& to) {
    const char* at = piece.data();
    const char* const end = at + piece.size();
    while (at != end) {
        switch (expects_) {
            case expects::more_text:
                at = take_text(at, end, to);
                break;
            case expects::escape:
                take_escape(*at++);
                break;
            case expects::hex:
                take_hex(*at++);
                break;
            case expects::more_word:
                at = take_word(at, end, to);
                break;
            default:
                at = take_token(at, to);
        }
    }
}

void json_scanner::end(json_events& to) {
    if (expects_ == expects::more_word) end_word(to);
    if (expects_ != expects::document) refuse("it ends within a value");
}

const char* json_scanner::take_token(const char* at, json_events& to) {
    const char c = *at++;
    if (is_blank(c)) return at;
    switch (expects_) {
        case expects::colon:
            if (c != ':') refuse("a colon is missing");
            expects_ = expects::value;
            break;
        case expects::comma_or_end:
            if (c == ',') {
                expects_ = in_array() ? expects::value : expects::key;
            } else {
                close(c == ']', to);
                if (c != ']' && c != '}') refuse("a comma is missing");
            }
            break;
        case expects::key_or_end:
        case expects::key:
            if (c == '}' && expects_ == expects::key_or_end) {
                close(false, to);
            } else {
                if (c != '"') refuse("a name is missing");
                text_is_key_ = true;
                word_size_ = 0;
                expects_ = expects::more_text;
            }
            break;
        default:
            if (c == ']' && expects_ == expects::value_or_end) {
                close(true, to);
            } else {
                begin_value(c, to);
            }
    }
    return at;
}

void json_scanner::begin_value(char c, json_events& to) {
    if (c == '"') {
        text_is_key_ = false;
        expects_ = expects::more_text;
    } else if (c == '{' || c == '[') {
        open(c == '[', to);
    } else {
        if (ends_word(c)) refuse("a value is missing");
        word_[0] = c;
        word_size_ = 1;
        expects_ = expects::more_word;
    }
}

void json_scanner::open(bool array, json_events& to) {
    if (depth_ == depth_max) refuse("it is nested too deep");
    const std::uint64_t bit = std::uint64_t{1} << depth_;
    arrays_ = array ? arrays_ | bit : arrays_ & ~bit;
    ++depth_;
    expects_ = array ? expects::value_or_end : expects::key_or_end;
    if (!is_skipping()) to.open(array);
}

void json_scanner::close(bool array, json_events& to) {
    if (in_array() != array) refuse("a bracket does not fit");
    const bool is_wanted = !is_skipping();
    --depth_;
    end_value();
    if (is_wanted) to.close();
}

void json_scanner::end_value() {
    expects_ = depth_ == 0 ? expects::document : expects::comma_or_end;
    if (skipping_at_ == depth_) skipping_at_ = 0;
}

const char* json_scanner::take_text(const char* at, const char* end, json_events& to) {
    const char* stop = find_end_of_plain(at, end);
    if (stop != at) {
        drop_half();
        add_text({at, static_cast<std::size_t>(stop - at)});
    }
    if (stop == end) return stop;
    if (*stop == '"') {
        end_text(to);
    } else if (*stop == '\\') {
        expects_ = expects::escape;
    } else {
        refuse("a control character stands in a text");
    }
    return stop + 1;
}

void json_scanner::end_text(json_events& to) {
    drop_half();
    if (text_is_key_) return end_key(to);
    const bool is_wanted = !is_skipping();
    end_value();
    if (!is_wanted) return;
    to.text(text_);
    text_ = {};
}

void json_scanner::end_key(json_events& to) {
    expects_ = expects::colon;
    if (is_skipping()) return;
    const bool is_short = word_size_ <= name_max;
    if (!to.key({word_.data(), is_short ? word_size_ : 0U})) skipping_at_ = depth_;
}

/// To the text that is being read: a value, or a name as far as it can be one that is known.
void json_scanner::add_text(std::string_view plain) {
    if (is_skipping()) return;
    if (!text_is_key_) return text_.add(plain);
    if (word_size_ + plain.size() > name_max) {
        word_size_ = name_max + 1;
        return;
    }
    std::copy(plain.begin(), plain.end(), word_.begin() + word_size_);
    word_size_ = static_cast<std::uint8_t>(word_size_ + plain.size());
}

const char* json_scanner::take_word(const char* at, const char* end, json_events& to) {
    while (at != end && !ends_word(*at)) {
        if (word_size_ == word_.size()) refuse("a number is too long");
        word_[word_size_++] = *at++;
    }
    if (at != end) end_word(to);
    return at;
}

void json_scanner::end_word(json_events& to) {
    const std::string_view word(word_.data(), word_size_);
    if (!is_word(word)) refuse("a value is neither text nor number");
    const bool is_wanted = !is_skipping();
    end_value();
    if (is_wanted) to.word(word);
}

void json_scanner::take_escape(char c) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
    if (c == 'u') {
        unit_ = 0;
        hex_digits_ = 0;
        expects_ = expects::hex;
        return;
    }
    const auto found = letters.find(c);
    if (found == std::string_view::npos) refuse("an escape is none");
    drop_half();
    add_text(meant.substr(found, 1));
    expects_ = expects::more_text;
}

void json_scanner::take_hex(char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    const char low = c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
    const auto digit = digits.find(low);
    if (digit == std::string_view::npos) refuse("an escape is none");
    unit_ = unit_ * 16 + static_cast<std::uint32_t>(digit);
    if (++hex_digits_ < 4) return;
    expects_ = expects::more_text;
    add_unit(unit_);
}

/// A unit of UTF-16: a character, or half of one.
void json_scanner::add_unit(std::uint32_t unit) {
    const bool is_high = unit >= 0xD800 && unit < 0xDC00;
    const bool is_low = unit >= 0xDC00 && unit < 0xE000;
    if (is_low && high_half_ != 0) {
        add_utf8(0x10000 + ((high_half_ - 0xD800) << 10) + (unit - 0xDC00));
        high_half_ = 0;
        return;
    }
    drop_half();
    if (is_high) {
        high_half_ = unit;
    } else {
        add_utf8(is_low ? replacement : unit);
    }
}

/// A half that waited and whose other half does not follow.
void json_scanner::drop_half() {
    if (high_half_ == 0) return;
    high_half_ = 0;
    add_utf8(replacement);
}

void json_scanner::add_utf8(std::uint32_t point) {
    constexpr std::uint32_t lead_of[] = {0, 0, 0xC0, 0xE0, 0xF0};
    const unsigned size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    std::array<char, 4> bytes{};
    for (unsigned i = size; i-- > 1; point >>= 6) {
        bytes[i] = static_cast<char>(0x80 | (point & 0x3F));
    }
    bytes[0] = static_cast<char>(lead_of[size] | point);
    add_text({bytes.data(), size});
}

}  // namespace callstream::load
