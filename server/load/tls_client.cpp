#include "server/load/tls_client.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <new>
#include <string>

namespace callstream::load {
namespace {

[[noreturn]] void fail(const std::string& what) {
    const auto code = ERR_get_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    ERR_clear_error();
    throw connection_error("TLS: " + (reason == nullptr ? what : std::string(reason)));
}

}  // namespace

void tls_context::free_context::operator()(ssl_ctx_st* c) const noexcept {
    SSL_CTX_free(c);
}
void tls_client::free_connection::operator()(ssl_st* s) const noexcept {
    SSL_free(s);
}

tls_context::tls_context(const tls_trust& trust) : context_(SSL_CTX_new(TLS_client_method())) {
    if (!context_) throw std::bad_alloc();
    auto* c = context_.get();
    SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
    SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_verify(c, trust.everybody ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
    const bool loaded = trust.ca_file.empty()
                            ? SSL_CTX_set_default_verify_paths(c) == 1
                            : SSL_CTX_load_verify_file(c, trust.ca_file.c_str()) == 1;
    if (!loaded) fail("the certificates of " + trust.ca_file + " cannot be read");
}
tls_context::~tls_context() = default;

tls_client::tls_client(const tls_context& context, int socket, const std::string& host)
    : connection_(SSL_new(context.context_.get())) {
    auto* s = connection_.get();
    if (s == nullptr || SSL_set_fd(s, socket) != 1) throw std::bad_alloc();
    SSL_set_connect_state(s);
    auto* checks = SSL_get0_param(s);
    // An address is no name, and has no place in SNI.
    if (X509_VERIFY_PARAM_set1_ip_asc(checks, host.c_str()) == 1) return;
    SSL_set_tlsext_host_name(s, host.c_str());
    if (X509_VERIFY_PARAM_set1_host(checks, host.c_str(), host.size()) != 1) fail(host);
}
tls_client::~tls_client() = default;

step tls_client::step_of(int outcome) const {
    switch (SSL_get_error(connection_.get(), outcome)) {
        case SSL_ERROR_NONE:
            return step::done;
        case SSL_ERROR_WANT_READ:
            return step::wants_read;
        case SSL_ERROR_WANT_WRITE:
            return step::wants_write;
        case SSL_ERROR_ZERO_RETURN:
            return step::closed;
        default:
            fail("the connection was cut");
    }
}

step tls_client::handshake() {
    ERR_clear_error();
    const int outcome = SSL_do_handshake(connection_.get());
    return step_of(outcome);
}

step tls_client::send(std::string_view& rest) {
    ERR_clear_error();
    std::size_t sent = 0;
    const int outcome = SSL_write_ex(connection_.get(), rest.data(), rest.size(), &sent);
    if (outcome == 1) {
        rest.remove_prefix(sent);
        return step::done;
    }
    return step_of(outcome);
}

step tls_client::receive(std::span<char> room, std::size_t& got) {
    got = 0;
    while (got < room.size()) {
        ERR_clear_error();
        std::size_t count = 0;
        const auto rest = room.subspan(got);
        const int outcome = SSL_read_ex(connection_.get(), rest.data(), rest.size(), &count);
        got += count;
        if (outcome == 1) continue;
        // What came before the end or the failure counts; the next call says it again.
        return got > 0 ? step::done : step_of(outcome);
    }
    return step::done;
}

bool tls_client::has_more() const {
    return SSL_has_pending(connection_.get()) == 1;
}

}  // namespace callstream::load
