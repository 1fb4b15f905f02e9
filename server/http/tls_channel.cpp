#include "server/http/tls_channel.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <new>

namespace callstream::http {
namespace {

/// Memory that grows; more input is expected when it is empty.
BIO* new_buffer() {
    BIO* made = BIO_new(BIO_s_mem());
    if (made == nullptr) throw std::bad_alloc();
    BIO_set_mem_eof_return(made, -1);
    return made;
}

}  // namespace

void tls_channel::free_connection::operator()(ssl_st* s) const noexcept {
    SSL_free(s);
}

tls_channel::tls_channel(ssl_ctx_st& identity)
    : connection_(SSL_new(&identity)), input_(new_buffer()), output_(new_buffer()) {
    if (!connection_) throw std::bad_alloc();
    SSL_set_bio(connection_.get(), input_, output_);
    SSL_set_accept_state(connection_.get());
}

tls_channel::~tls_channel() {
    // OpenSSL keeps them per thread, where they would be taken for those of another connection.
    ERR_clear_error();
}

tls_channel::step tls_channel::step_of(int outcome) const {
    if (outcome == 1) return step::done;
    if (SSL_get_error(connection_.get(), outcome) == SSL_ERROR_WANT_READ) return step::wants_input;
    const bool plain = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
    return plain ? step::plain_http : step::failed;
}

tls_channel::step tls_channel::handshake() {
    ERR_clear_error();
    return step_of(SSL_do_handshake(connection_.get()));
}

void tls_channel::receive(std::span<const char> wire) {
    std::size_t kept = 0;
    if (BIO_write_ex(input_, wire.data(), wire.size(), &kept) != 1) throw std::bad_alloc();
}

tls_channel::step tls_channel::read(std::span<char> room, std::size_t& size) {
    ERR_clear_error();
    return step_of(SSL_read_ex(connection_.get(), room.data(), room.size(), &size));
}

bool tls_channel::write(std::string_view text) {
    ERR_clear_error();
    std::size_t taken = 0;
    return text.empty() || SSL_write_ex(connection_.get(), text.data(), text.size(), &taken) == 1;
}

void tls_channel::close() {
    ERR_clear_error();
    SSL_shutdown(connection_.get());
}

std::string_view tls_channel::output() const {
    char* data = nullptr;
    const long size = BIO_get_mem_data(output_, &data);
    if (size <= 0) return {};
    return std::string_view(data, static_cast<std::size_t>(size)).substr(sent_);
}

void tls_channel::sent(std::size_t size) {
    sent_ += size;
    if (!output().empty()) return;
    BIO_reset(output_);
    sent_ = 0;
}

void tls_channel::rest() {
    if (!output().empty()) return;
    BIO* fresh = new_buffer();
    SSL_set0_wbio(connection_.get(), fresh);
    output_ = fresh;
}

}  // namespace callstream::http
