#include "server/load/connection.hpp"

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <system_error>

namespace callstream::load {
namespace {

[[noreturn]] void fail(int code) {
    throw connection_error(std::generic_category().message(code));
}

bool would_block(int code) {
    return code == EAGAIN || code == EWOULDBLOCK;
}

}  // namespace

destination make_destination(server_url url, const tls_trust& trust) {
    destination out;
    out.addresses = addresses_of(url.host, url.port);
    if (url.tls) out.tls = std::make_unique<tls_context>(trust);
    out.url = std::move(url);
    return out;
}

void connection::close() {
    tls_.reset();
    socket_.reset();
    phase_ = phase::closed;
}

step connection::open() {
    switch (phase_) {
        case phase::closed:
            next_address_ = 0;
            return connect_next();
        case phase::connecting:
            return finish_connecting();
        case phase::shaking_hands:
            return shake_hands();
        default:
            return step::done;
    }
}

step connection::connect_next() {
    int code = ENOENT;
    while (next_address_ < to_->addresses.size()) {
        const auto& address = to_->addresses[next_address_++];
        const auto* where = reinterpret_cast<const sockaddr*>(&address.bytes);
        socket_.reset(::socket(where->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (!socket_) fail(errno);
        phase_ = phase::connecting;
        if (::connect(socket_.get(), where, address.size) == 0) return finish_connecting();
        code = errno;
        if (code == EINPROGRESS) return step::wants_write;
    }
    close();
    fail(code);
}

step connection::finish_connecting() {
    int code = 0;
    socklen_t size = sizeof code;
    if (getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &code, &size) != 0) code = errno;
    if (code != 0) {
        if (next_address_ < to_->addresses.size()) return connect_next();
        close();
        fail(code);
    }
    const int on = 1;
    setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (!to_->tls) {
        phase_ = phase::open;
        return step::done;
    }
    tls_.emplace(*to_->tls, socket_.get(), to_->url.host);
    phase_ = phase::shaking_hands;
    return shake_hands();
}

step connection::shake_hands() {
    const auto how = tls_->handshake();
    if (how == step::closed) throw connection_error("TLS: the server does not speak it");
    if (how == step::done) phase_ = phase::open;
    return how;
}

step connection::send(std::string_view& rest) {
    while (!rest.empty()) {
        if (tls_) {
            if (const auto how = tls_->send(rest); how != step::done) return how;
            continue;
        }
        const ssize_t sent = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && would_block(errno)) return step::wants_write;
        if (sent < 0) fail(errno);
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    return step::done;
}

step connection::receive(std::span<char> room, std::size_t& got) {
    if (tls_) return tls_->receive(room, got);
    while (true) {
        const ssize_t count = ::recv(socket_.get(), room.data(), room.size(), 0);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && would_block(errno)) return step::wants_read;
        if (count < 0) fail(errno);
        got = static_cast<std::size_t>(count);
        return count == 0 ? step::closed : step::done;
    }
}

}  // namespace callstream::load
