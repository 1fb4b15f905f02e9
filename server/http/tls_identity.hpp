// The certificate and the key by which the server is known, as files that may change while it
// serves.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"

#include <array>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

struct ssl_ctx_st;

namespace callstream::http {

/// TLS 1.2 and later with forward secrecy, HTTP/1.1 by ALPN, neither renegotiation nor compression.
/// Safe to use from all threads.
class tls_identity {
 public:
    /// PEM files: the certificate with the chain behind it, and its key without a passphrase.
    tls_identity(std::filesystem::path certificate, std::filesystem::path key);
    ~tls_identity();

    /// Reads the files when they are not those that were read last. `true` when they were, and
    /// new connections use them. After an error the old pair stays in use; the same files are not
    /// read again.
    result<bool> reload();

    /// What is worth a warning about the pair in use; empty: nothing.
    std::string doubt() const;

    /// OpenSSL's view of the pair in use; null before the first `reload` succeeded.
    std::shared_ptr<ssl_ctx_st> context() const;

 private:
    /// Of the certificate and the key; nothing for a file that is not there.
    using versions = std::array<std::optional<file_identity>, 2>;
    versions versions_now() const;

    std::filesystem::path certificate_;
    std::filesystem::path key_;
    mutable std::mutex mutex_;      // guards what follows
    std::optional<versions> read_;  // as the files were when they were read last
    std::shared_ptr<ssl_ctx_st> context_;
};

}  // namespace callstream::http
