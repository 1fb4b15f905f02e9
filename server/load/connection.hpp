// A connection to the server that is measured: a socket that never blocks, with TLS or without.
#pragma once

#include "engine/core/file.hpp"
#include "server/load/endpoint.hpp"
#include "server/load/tls_client.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace callstream::load {

/// Where connections go; outlives them.
struct destination {
    server_url url;
    std::vector<socket_address> addresses;
    std::unique_ptr<tls_context> tls;  ///< null: plain
};

/// The URL's host is looked up here. Throws std::runtime_error.
destination make_destination(server_url url, const tls_trust& trust);

/// Every member that returns a step throws connection_error. After anything but `done` it is called
/// again when the socket is ready.
class connection {
 public:
    explicit connection(const destination& to) : to_(&to) {}

    /// Starts anew, or goes on with connecting and shaking hands; tries the next address when one
    /// refuses.
    step open();
    void close();
    bool is_open() const { return phase_ == phase::open; }
    /// -1 while there is none. It can be another one after `open`.
    int socket() const { return socket_.get(); }

    /// Takes what was sent off `rest`; `done` when nothing is left.
    step send(std::string_view& rest);
    /// `done` with at least one byte.
    step receive(std::span<char> room, std::size_t& got);
    /// Whether more has come, of which the socket will not tell again.
    bool has_more() const { return tls_ && tls_->has_more(); }

 private:
    enum class phase { closed, connecting, shaking_hands, open };

    step connect_next();
    step finish_connecting();
    step shake_hands();

    const destination* to_;
    phase phase_ = phase::closed;
    std::size_t next_address_ = 0;
    unique_fd socket_;
    std::optional<tls_client> tls_;
};

}  // namespace callstream::load
