#include "server/http/timed_socket.hpp"

#include <algorithm>

namespace callstream::http {
namespace {

/// So much of an answer is made into TLS records before they are sent.
constexpr std::size_t secured_at_once = 64 * 1024;

/// What has arrived goes to the channel. False: nothing has, the connection ended.
bool take_arrived(tcp_socket& socket, tls_channel& channel) {
    std::array<char, 16 * 1024> wire;
    error_code ec;
    const std::size_t n = socket.read_some(asio::buffer(wire), ec);
    if (ec == asio::error::would_block) return true;
    if (ec || n == 0) return false;
    channel.receive(std::span(wire).first(n));
    return true;
}

}  // namespace

void timed_socket::expires_at(clock::time_point when) {
    state_->due = when;
    state_->late = false;
    // One timer runs on for many deadlines: later ones are looked at when it fires.
    if (when < state_->fires) watch(state_);
}

void timed_socket::close() {
    error_code ignored;
    state_->socket.close(ignored);
    state_->fires = clock::time_point::min();
    state_->watch.cancel();
}

void timed_socket::stop() {
    state_->late = true;
    error_code ignored;
    state_->socket.cancel(ignored);
}

void timed_socket::watch(const std::shared_ptr<state>& s) {
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

task<std::size_t> timed_socket::read_some(asio::mutable_buffer room) {
    if (state_->late) co_return 0;
    if (channel_) co_return co_await read_secured(room);
    const auto [ec, n] = co_await state_->socket.async_read_some(room, as_value);
    co_return (ec ? 0 : n);
}

task<std::size_t> timed_socket::write(parts left) {
    if (channel_) co_return co_await write_secured(left);
    co_return co_await write_plain(left);
}

task<std::size_t> timed_socket::write_plain(parts left) {
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

task<void> timed_socket::finish() {
    if (channel_) {
        channel_->close();
        co_await send_records();
    }
    error_code ignored;
    state_->socket.shutdown(tcp::socket::shutdown_send, ignored);
}

task<tls_channel::step> timed_socket::secure(std::unique_ptr<tls_channel> channel) {
    using step = tls_channel::step;
    error_code ignored;
    state_->socket.non_blocking(true, ignored);
    channel_ = std::move(channel);
    step agreed = step::wants_input;
    while (agreed == step::wants_input) {
        agreed = channel_->handshake();
        if (agreed == step::plain_http) break;
        const bool sent = co_await send_records();
        if (!sent) co_return step::failed;
        if (agreed != step::wants_input) break;
        const bool received = co_await exchange_records();
        if (!received) co_return step::failed;
    }
    if (agreed == step::plain_http) channel_.reset();
    co_return agreed;
}

/// Sends what the channel has for the client, then waits for bytes of it. False at the end of the
/// connection and when it is late.
task<bool> timed_socket::exchange_records() {
    const bool sent = co_await send_records();
    if (!sent || state_->late) co_return false;
    channel_->rest();
    // No buffer waits with the connection; an idle one costs what TLS itself keeps.
    const auto [ec] = co_await state_->socket.async_wait(tcp_socket::wait_read, as_value);
    co_return (!ec && !state_->late && take_arrived(state_->socket, *channel_));
}

/// False when not all could be sent.
task<bool> timed_socket::send_records() {
    const std::string_view records = channel_->output();
    const parts wire = {asio::buffer(records.data(), records.size())};
    const std::size_t n = co_await write_plain(wire);
    const bool all = n == records.size();
    channel_->sent(n);
    co_return all;
}

task<std::size_t> timed_socket::read_secured(asio::mutable_buffer room) {
    using step = tls_channel::step;
    const std::span<char> target(static_cast<char*>(room.data()), room.size());
    for (;;) {
        std::size_t size = 0;
        const step got = channel_->read(target, size);
        if (got == step::done) co_return size;
        if (got != step::wants_input) co_return 0;
        const bool received = co_await exchange_records();
        if (!received) co_return 0;
    }
}

task<std::size_t> timed_socket::write_secured(parts all) {
    std::size_t written = 0;
    for (const auto& part : all) {
        std::string_view left(static_cast<const char*>(part.data()), part.size());
        while (!left.empty()) {
            const auto piece = left.substr(0, secured_at_once);
            if (!channel_->write(piece)) co_return written;
            left.remove_prefix(piece.size());
            written += piece.size();
            if (channel_->output().size() < secured_at_once) continue;
            const bool sent = co_await send_records();
            if (!sent) co_return 0;  // how much of it the client has is not known
        }
    }
    const bool sent = co_await send_records();
    co_return (sent ? written : 0);
}

}  // namespace callstream::http
