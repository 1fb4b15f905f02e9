// The body of an answer on its way to the socket: blocks in their frame, rendered and sent by the
// same worker as long as the socket takes them. So a block leaves while it is in the cache of the
// core that made it, and no thread waits for another. When the socket is full, the connection's
// thread waits for the client, and a worker renders the block behind it meanwhile.
#pragma once

#include "server/http/exchange.hpp"
#include "server/streaming/block_pool.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace callstream::http {

/// One thread at a time. The exchange outlives it.
class outgoing_body {
 public:
    /// What goes into one system call: head, size line, block, what ends the chunk.
    using pieces = std::array<std::string_view, 4>;

    /// For an exchange whose first block is there, and whose body is more than that.
    outgoing_body(exchange& e, bool keep_alive, streaming::block_pool& blocks);

    /// Whether the client sees by itself where the body ends. If not, its end is that of the
    /// connection, and whatever ends it early must not look like that.
    bool is_framed() const noexcept { return chunked_ || length_.has_value(); }

    /// Sends to the stream socket and renders on until the socket and all blocks are full, the body
    /// has ended, or `enough` says so, which is asked once for each block. Never waits for the
    /// client.
    void advance(int socket, const std::function<bool()>& enough) noexcept;
    /// Renders the next block when the last one is sent; for whoever sends `left` himself.
    void advance() noexcept;

    /// What is left to send of the block that was rendered.
    const pieces& left() const noexcept { return left_; }
    bool is_sent() const noexcept;
    /// `left` has been sent by somebody else.
    void set_sent() noexcept { left_ = {}; }

    /// Whether another block can be filled while `left` waits for the client.
    bool can_fill_ahead() const noexcept {
        return ahead_.has_value() && !is_ahead_ && !last_ && !failed_;
    }
    /// Touches nothing of what `left` shows, so that it can be sent at the same time.
    void fill_ahead() noexcept;
    /// When `left` is sent: goes over to the block that was filled ahead. False: there is none. It
    /// may have failed.
    bool take_filled() noexcept;

    /// All of it has been sent.
    bool has_ended() const noexcept { return last_ && !failed_ && is_sent(); }
    /// It cannot be completed, and why; empty: the client has gone.
    bool has_failed() const noexcept { return failed_; }
    const std::string& problem() const noexcept { return problem_; }

    /// Bytes sent by `advance` since it was asked last, with the frame.
    std::uint64_t take_sent_bytes() noexcept { return std::exchange(sent_bytes_, 0); }

 private:
    using step = result<streaming::body_source::progress>;

    bool send_now(int socket) noexcept;
    void drop_sent(std::size_t count) noexcept;
    bool next_block() noexcept;
    void frame() noexcept;
    void fail(std::string problem) noexcept;

    exchange& exchange_;
    std::optional<std::uint64_t> length_;
    bool chunked_;
    std::string head_;
    std::string size_;  // the size line of the chunk
    streaming::block sending_;
    std::optional<streaming::block> ahead_;
    step step_ = streaming::body_source::progress::more;  // of the fill before
    pieces left_{};
    std::uint64_t body_bytes_ = 0;
    std::uint64_t sent_bytes_ = 0;
    bool is_ahead_ = false;  // `ahead_` holds the next block
    bool last_ = false;
    bool failed_ = false;
    std::string problem_;
};

}  // namespace callstream::http
