// Self-signed certificates, and a client's side of TLS that reads and writes memory.
#pragma once

#include "tests/support/temp_dir.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace callstream::testing {

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

inline key_ptr new_key() {
    return {EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free};
}

/// Valid from `from_s` to `to_s`, in seconds from now.
struct validity {
    long from_s = -3600;
    long to_s = 3600;
};

inline void write_certificate(
    const std::filesystem::path& path, EVP_PKEY& key, const std::string& name, validity valid = {}
) {
    const std::unique_ptr<X509, decltype(&X509_free)> x(X509_new(), X509_free);
    X509_set_version(x.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x.get()), valid.from_s);
    X509_gmtime_adj(X509_getm_notAfter(x.get()), valid.to_s);
    X509_set_pubkey(x.get(), &key);
    auto* subject = X509_get_subject_name(x.get());
    X509_NAME_add_entry_by_txt(
        subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0
    );
    X509_set_issuer_name(x.get(), subject);
    X509_sign(x.get(), &key, EVP_sha256());
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> f(
        std::fopen(path.c_str(), "w"), std::fclose
    );
    PEM_write_X509(f.get(), x.get());
}

/// `passphrase` empty: none.
inline void write_key(
    const std::filesystem::path& path, EVP_PKEY& key, std::string passphrase = ""
) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> f(
        std::fopen(path.c_str(), "w"), std::fclose
    );
    PEM_write_PrivateKey(
        f.get(),
        &key,
        passphrase.empty() ? nullptr : EVP_aes_128_cbc(),
        nullptr,
        0,
        nullptr,
        passphrase.empty() ? nullptr : passphrase.data()
    );
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
}

/// `cert.pem` and `key.pem` that belong together.
inline void write_pair(
    const std::filesystem::path& folder, const std::string& name, validity v = {}
) {
    const auto key = new_key();
    std::filesystem::remove(folder / "key.pem");
    write_certificate(folder / "cert.pem", *key, name, v);
    write_key(folder / "key.pem", *key);
}

/// What a client can do.
struct tls_offer {
    int newest = TLS1_3_VERSION;
    std::string protocols = {};  ///< of ALPN, each behind its length
};

/// Trusts everybody.
class tls_client {
 public:
    explicit tls_client(const tls_offer& o = {})
        : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
        SSL_CTX_set_security_level(context_.get(), 0);
        SSL_CTX_set_max_proto_version(context_.get(), o.newest);
        if (!o.protocols.empty()) {
            SSL_CTX_set_alpn_protos(
                context_.get(),
                reinterpret_cast<const unsigned char*>(o.protocols.data()),
                static_cast<unsigned>(o.protocols.size())
            );
        }
        connection_.reset(SSL_new(context_.get()));
        SSL_set_bio(connection_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_connect_state(connection_.get());
    }

    bool handshake() { return SSL_do_handshake(connection_.get()) == 1; }
    void write(std::string_view text) {
        SSL_write(connection_.get(), text.data(), static_cast<int>(text.size()));
    }
    /// What has come by now.
    std::string read() {
        std::string out;
        std::array<char, 4096> room{};
        for (int n = 0; (n = SSL_read(connection_.get(), room.data(), room.size())) > 0;) {
            out.append(room.data(), static_cast<std::size_t>(n));
        }
        return out;
    }
    /// Whether the server said that nothing more comes.
    bool was_closed() const {
        return (SSL_get_shutdown(connection_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
    }

    void receive(std::string_view wire) {
        BIO_write(SSL_get_rbio(connection_.get()), wire.data(), static_cast<int>(wire.size()));
    }
    std::string take_output() {
        char* data = nullptr;
        auto* out = SSL_get_wbio(connection_.get());
        const long size = BIO_get_mem_data(out, &data);
        std::string wire(data, static_cast<std::size_t>(size));
        BIO_reset(out);
        return wire;
    }

    std::string version() const { return SSL_get_version(connection_.get()); }
    std::string cipher() const { return SSL_get_cipher_name(connection_.get()); }
    std::string protocol() const {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(connection_.get(), &name, &size);
        return {reinterpret_cast<const char*>(name), size};
    }
    std::string server_name() const {
        std::array<char, 100> name{};
        const std::unique_ptr<X509, decltype(&X509_free)> x(
            SSL_get1_peer_certificate(connection_.get()), X509_free
        );
        if (!x) return "";
        X509_NAME_get_text_by_NID(
            X509_get_subject_name(x.get()), NID_commonName, name.data(), name.size()
        );
        return name.data();
    }

 private:
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
    struct free_connection {
        void operator()(SSL* s) const noexcept { SSL_free(s); }
    };
    std::unique_ptr<SSL, free_connection> connection_;
};

}  // namespace callstream::testing
