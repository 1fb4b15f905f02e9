// A socket whose waits end: every read and write is done by the deadline that was set last. When it
// passes, the operation is cancelled and the socket stays open, so that a client can still be told.
#pragma once

#include "server/http/asio.hpp"
#include "server/http/tls_channel.hpp"

#include <boost/asio/buffer.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace callstream::http {

/// All members are called on the connection's thread.
class timed_socket {
 public:
    using clock = std::chrono::steady_clock;
    using parts = std::array<asio::const_buffer, 4>;

    explicit timed_socket(tcp_socket s) : state_(std::make_shared<state>(std::move(s))) {}
    timed_socket(const timed_socket&) = delete;
    timed_socket& operator=(const timed_socket&) = delete;
    ~timed_socket() { close(); }

    tcp_socket& socket() noexcept { return state_->socket; }
    executor get_executor() noexcept { return state_->socket.get_executor(); }

    /// Holds until it is set again, for any number of operations.
    void expires_at(clock::time_point when);
    void expires_after(clock::duration time) { expires_at(clock::now() + time); }
    /// Whether the deadline has passed.
    bool late() const noexcept { return state_->late; }

    void close();

    /// Ends the operation that is under way, as if it were late; the descriptor stays.
    void stop();

    /// Whether bytes go through TLS, so that nobody else may write to the socket.
    bool is_secured() const noexcept { return channel_ != nullptr; }

    /// Agrees on TLS; from `done` on all reads and writes go through it. After `plain_http` the
    /// client can be answered without. Never `wants_input`.
    task<tls_channel::step> secure(std::unique_ptr<tls_channel> channel);

    /// Bytes read; 0 at the end of the connection, after an error and when it is late.
    task<std::size_t> read_some(asio::mutable_buffer room);

    /// Bytes written; fewer than all after an error and when it is late.
    task<std::size_t> write(parts left);

    /// Says that nothing more will be written. What the client writes can still be read.
    task<void> finish();

 private:
    /// Also owned by the handler of the timer, which may be queued when the connection ends.
    struct state {
        explicit state(tcp_socket s) : socket(std::move(s)), watch(socket.get_executor()) {}
        tcp_socket socket;
        timer watch;
        clock::time_point due = clock::time_point::max();
        clock::time_point fires = clock::time_point::max();  // `min` after `close`
        bool late = false;
    };

    static void watch(const std::shared_ptr<state>& s);

    task<bool> exchange_records();
    task<bool> send_records();
    task<std::size_t> read_secured(asio::mutable_buffer room);
    task<std::size_t> write_secured(parts all);
    task<std::size_t> write_plain(parts left);

    std::shared_ptr<state> state_;
    std::unique_ptr<tls_channel> channel_;  // null: no TLS
};

}  // namespace callstream::http
