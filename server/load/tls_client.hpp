// The client's side of TLS, on a socket that does not block.
#pragma once

#include "server/load/step.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace callstream::load {

struct tls_trust {
    bool everybody = false;  ///< take any certificate
    std::string ca_file;     ///< PEM; empty: those that the system trusts
};

/// What all connections to a server share. Thread-safe.
class tls_context {
 public:
    /// Throws std::runtime_error when the file cannot be used.
    explicit tls_context(const tls_trust& trust);
    ~tls_context();

 private:
    friend class tls_client;
    struct free_context {
        void operator()(ssl_ctx_st* c) const noexcept;
    };
    std::unique_ptr<ssl_ctx_st, free_context> context_;
};

/// One connection. All members throw connection_error where TLS fails, with the reason.
class tls_client {
 public:
    /// Does not own the socket. The certificate must be that of `host`, a name or an address.
    tls_client(const tls_context& context, int socket, const std::string& host);
    ~tls_client();

    step handshake();
    /// Takes what was sent off `rest`.
    step send(std::string_view& rest);
    /// As much as has come and fits; `done` with at least one byte.
    step receive(std::span<char> room, std::size_t& got);
    /// Whether more has come than was received, so that the socket will not say so again.
    bool has_more() const;

 private:
    step step_of(int outcome) const;

    struct free_connection {
        void operator()(ssl_st* s) const noexcept;
    };
    std::unique_ptr<ssl_st, free_connection> connection_;
};

}  // namespace callstream::load
