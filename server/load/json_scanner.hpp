// JSON that comes in pieces of any size and length, as a series of events. Keeps no text, so that
// an answer of gigabytes takes no memory, and its state can be copied.
#pragma once

#include "server/load/text_hash.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace callstream::load {

class json_events {
 public:
    virtual ~json_events() = default;
    virtual void open(bool array) = 0;
    virtual void close() = 0;
    /// A name longer than `json_scanner::name_max` comes empty. False: nothing within its value
    /// is wanted, which saves hashing; then no event comes of that.
    virtual bool key(std::string_view name) = 0;
    /// A text comes as the hash of what it says, escapes resolved.
    virtual void text(const text_hash& value) = 0;
    /// A number, true, false or null as it is written.
    virtual void word(std::string_view value) = 0;
};

/// One document, or one behind the other as in NDJSON.
class json_scanner {
 public:
    /// Throws std::runtime_error where it is not JSON, or nested deeper than 64.
    void feed(std::string_view piece, json_events& to);
    /// The text has ended: a number at its end may be whole now. Throws as `feed`, also in the
    /// middle of a document.
    void end(json_events& to);

    static constexpr unsigned depth_max = 64;
    static constexpr std::size_t name_max = 32;

 private:
    enum class expects : std::uint8_t {
        document,
        value,
        value_or_end,  // behind `[`
        key_or_end,    // behind `{`
        key,
        colon,
        comma_or_end,
        more_text,  // of a string
        escape,
        hex,
        more_word,
    };

    const char* take_token(const char* at, json_events& to);
    const char* take_text(const char* at, const char* end, json_events& to);
    const char* take_word(const char* at, const char* end, json_events& to);
    void begin_value(char c, json_events& to);
    void open(bool array, json_events& to);
    void close(bool array, json_events& to);
    void end_value();
    void add_text(std::string_view plain);
    void end_key(json_events& to);
    void end_text(json_events& to);
    void end_word(json_events& to);
    void take_escape(char c);
    void take_hex(char c);
    void add_unit(std::uint32_t unit);
    void drop_half();
    void add_utf8(std::uint32_t point);
    bool is_skipping() const { return skipping_at_ != 0; }
    bool in_array() const { return (arrays_ >> (depth_ - 1) & 1) != 0; }

    expects expects_ = expects::document;
    bool text_is_key_ = false;
    std::uint8_t depth_ = 0;
    std::uint8_t hex_digits_ = 0;
    std::uint8_t word_size_ = 0;
    std::uint8_t skipping_at_ =
        0;                         // depth of the object of whose member nothing is wanted; 0: none
    std::uint32_t unit_ = 0;       // of \uXXXX
    std::uint32_t high_half_ = 0;  // of a character; 0: none waits
    std::uint64_t arrays_ = 0;     // a bit per level
    text_hash text_;
    std::array<char, 40> word_{};  // or a name
};

}  // namespace callstream::load
