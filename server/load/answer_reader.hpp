// Follows an HTTP/1.1 answer through the pieces in which it arrives, at the speed of the socket: a
// body is counted and passed on, never kept.
#pragma once

#include "server/load/body_sink.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace callstream::load {

/// One answer to a GET at a time; `restart` before the next one on the same connection.
class answer_reader {
 public:
    /// Takes what arrived. Returns how much of it belongs to this answer: less than all only when
    /// the answer is complete. Throws std::runtime_error where it is not HTTP.
    std::size_t feed(std::string_view piece);
    /// The stream has ended. Completes an answer that only this ends.
    void end_of_stream();
    void restart();

    /// The body goes here, too, when set.
    void pass_body_to(body_sink* sink) { sink_ = sink; }

    bool has_head() const { return state_ != state::head; }
    bool is_complete() const { return state_ == state::complete; }
    /// Whether another request may follow on this connection.
    bool keeps_connection() const { return keeps_; }
    int status() const { return status_; }
    std::uint64_t body_bytes() const { return body_bytes_; }
    /// A field of the head by its lower-case name; empty when it is not there.
    std::string_view field(std::string_view name) const;

 private:
    enum class state { head, length, until_close, chunk_size, chunk, chunk_end, trailer, complete };

    std::size_t feed_head(std::string_view piece);
    std::size_t feed_body(std::string_view piece);
    std::size_t feed_line(std::string_view piece);
    void begin_body();
    void choose_framing();
    void end_line();

    state state_ = state::head;
    std::string head_;
    std::string line_;  // of the chunked framing
    std::uint64_t left_ = 0;
    std::uint64_t body_bytes_ = 0;
    int status_ = 0;
    bool keeps_ = false;
    body_sink* sink_ = nullptr;
};

}  // namespace callstream::load
