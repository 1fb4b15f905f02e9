// A socket whose waits end: every read and write is done by the deadline that was set last. When it
// passes, the operation is cancelled and the socket stays open, so that a client can still be told.
#pragma once

#include "server/http/asio.hpp"

#include <boost/asio/buffer.hpp>

#include <array>
#include <cstddef>
#include <memory>
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
    void expires_at(clock::time_point when) {
        state_->due = when;
        state_->late = false;
        // One timer runs on for many deadlines: later ones are looked at when it fires.
        if (when < state_->fires) watch(state_);
    }
    void expires_after(clock::duration time) { expires_at(clock::now() + time); }
    /// Whether the deadline has passed.
    bool late() const noexcept { return state_->late; }

    void close() {
        error_code ignored;
        state_->socket.close(ignored);
        state_->fires = clock::time_point::min();
        state_->watch.cancel();
    }

    /// Bytes read; 0 at the end of the connection, after an error and when it is late.
    task<std::size_t> read_some(asio::mutable_buffer room) {
        if (state_->late) co_return 0;
        const auto [ec, n] = co_await state_->socket.async_read_some(room, as_value);
        co_return (ec ? 0 : n);
    }

    /// Bytes written; fewer than all after an error and when it is late.
    task<std::size_t> write(parts left) {
        std::size_t sent = 0;
        const std::size_t total = asio::buffer_size(left);
        // asio::async_write would limit each system call to 64 KiB, and go on after a deadline that
        // passes between two of them.
        while (sent < total && !state_->late) {
            auto [ec, n] = co_await state_->socket.async_write_some(left, as_value);
            if (ec) break;
            sent += n;
            for (auto& part : left) {
                const std::size_t taken = std::min(n, part.size());
                part += taken;
                n -= taken;
            }
        }
        co_return sent;
    }

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

    static void watch(const std::shared_ptr<state>& s) {
        s->fires = s->due;
        s->watch.expires_at(s->due);
        s->watch.async_wait([s](const error_code& ec) {
            if (ec || s->fires == clock::time_point::min()) return;
            if (clock::now() < s->due) return watch(s);
            s->late = true;
            s->fires = clock::time_point::max();
            error_code ignored;
            s->socket.cancel(ignored);
        });
    }

    std::shared_ptr<state> state_;
};

}  // namespace callstream::http
