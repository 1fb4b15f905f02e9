// The secret with which what leaves this server is signed, so that it can be trusted when it comes
// back: page tokens and the ids of searches. Replicas share it.
#pragma once

#include "engine/core/error.hpp"

#include <array>
#include <cstddef>
#include <filesystem>
#include <string_view>

namespace callstream::paging {

constexpr std::size_t signature_bytes = 16;  // HMAC-SHA-256, truncated
using signature = std::array<unsigned char, signature_bytes>;

/// Immutable and thread-safe.
class signing_key {
 public:
    /// `secret` is the content of a key file, at least 16 bytes.
    explicit signing_key(std::string_view secret);

    /// Reads the secret from `path`; makes a random one there first if `create` and it is absent.
    static result<signing_key> from_file(const std::filesystem::path& path, bool create);

    signature sign(std::string_view bytes) const;
    /// In a time that does not depend on where they differ.
    bool verify(std::string_view bytes, std::string_view signature_of_them) const;

 private:
    std::array<unsigned char, 32> key_{};
};

}  // namespace callstream::paging
