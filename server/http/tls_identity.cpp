#include "server/http/tls_identity.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string_view>

namespace callstream::http {
namespace {

/// The first of what OpenSSL complains about, without its codes.
std::string reason() {
    const unsigned long code = ERR_get_error();
    const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
    ERR_clear_error();
    return text == nullptr ? "it is not PEM" : text;
}

error unusable(const char* what, const std::filesystem::path& file) {
    return {
        errc::file_unusable,
        std::string("the ") + what + " " + file.string() + " cannot be used: " + reason()};
}

/// HTTP/1.1 or nothing in common; a client that does not say is served.
int choose_protocol(
    SSL* /*connection*/,
    const unsigned char** chosen,
    unsigned char* chosen_size,
    const unsigned char* offered,
    unsigned offered_size,
    void* /*unused*/
) {
    static constexpr std::string_view ours = "\x08http/1.1";
    unsigned char* found = nullptr;
    const int outcome = SSL_select_next_proto(
        &found,
        chosen_size,
        reinterpret_cast<const unsigned char*>(ours.data()),
        static_cast<unsigned>(ours.size()),
        offered,
        offered_size
    );
    *chosen = found;
    return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// A key with a passphrase is an error; OpenSSL would ask the terminal.
int no_passphrase(char* /*room*/, int /*size*/, int /*writing*/, void* /*unused*/) {
    return 0;
}

std::shared_ptr<SSL_CTX> new_context() {
    const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    if (!context) throw std::bad_alloc();
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20");
    // Tickets would be as secret as one key that lives as long as the process. Connections are
    // kept, so a handshake each costs little.
    SSL_CTX_set_options(
        context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET
    );
    SSL_CTX_set_num_tickets(context.get(), 0);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
    SSL_CTX_set_default_passwd_cb(context.get(), no_passphrase);
    return context;
}

}  // namespace

tls_identity::tls_identity(std::filesystem::path certificate, std::filesystem::path key)
    : certificate_(std::move(certificate)), key_(std::move(key)) {}

tls_identity::~tls_identity() = default;

tls_identity::versions tls_identity::versions_now() const {
    versions now;
    if (const auto found = identity_of(certificate_)) now[0] = *found;
    if (const auto found = identity_of(key_)) now[1] = *found;
    return now;
}

result<bool> tls_identity::reload() {
    // Before they are read, so that a pair that is being replaced meanwhile is read once more.
    const auto now = versions_now();
    {
        const std::scoped_lock lock(mutex_);
        if (now == read_) return false;
        read_ = now;
    }
    ERR_clear_error();
    auto context = new_context();
    if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_.c_str()) != 1)
        return unusable("certificate", certificate_);
    if (SSL_CTX_use_PrivateKey_file(context.get(), key_.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context.get()) != 1)
        return unusable("key", key_);
    const std::scoped_lock lock(mutex_);
    context_ = std::move(context);
    return true;
}

std::string tls_identity::doubt() const {
    const auto in_use = context();
    const X509* certificate = in_use ? SSL_CTX_get0_certificate(in_use.get()) : nullptr;
    if (certificate != nullptr && X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
        return "the certificate " + certificate_.string() + " has expired";
    if (certificate != nullptr && X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
        return "the certificate " + certificate_.string() + " is not valid yet";
    std::error_code ignored;
    const auto open_to = std::filesystem::status(key_, ignored).permissions();
    if ((open_to & std::filesystem::perms::others_all) != std::filesystem::perms::none)
        return "everybody on this machine may read or write the key " + key_.string();
    return {};
}

std::shared_ptr<ssl_ctx_st> tls_identity::context() const {
    const std::scoped_lock lock(mutex_);
    return context_;
}

}  // namespace callstream::http
