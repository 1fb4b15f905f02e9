// Follows an HTTP/1.1 answer through the pieces in which it arrives, at the speed of the socket: a
// body is counted, not looked at.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace callstream::bench {

/// One answer at a time; `restart` before the next one on the same connection.
class answer_reader {
 public:
    /// Takes what arrived. Returns how much of it belongs to this answer: less than all only when
    /// the answer is complete. Throws std::runtime_error where it is not HTTP.
    std::size_t feed(std::string_view piece);
    void restart();

    /// The body goes here, too, when set.
    void keep_body(std::string* into) { body_ = into; }

    bool is_complete() const { return state_ == state::complete; }
    int status() const { return status_; }
    std::uint64_t body_bytes() const { return body_bytes_; }
    const std::string& head() const { return head_; }

 private:
    enum class state { head, length, until_close, chunk_size, chunk, chunk_end, trailer, complete };

    std::size_t feed_head(std::string_view piece);
    std::size_t feed_body(std::string_view piece);
    std::size_t feed_line(std::string_view piece);
    void begin_body();
    void end_line();
    std::string_view field(std::string_view name) const;

    state state_ = state::head;
    std::string head_;
    std::string line_;  // of the chunked framing
    std::uint64_t left_ = 0;
    std::uint64_t body_bytes_ = 0;
    int status_ = 0;
    std::string* body_ = nullptr;
};

}  // namespace callstream::bench
