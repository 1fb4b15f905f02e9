#include "engine/paging/signing_key.hpp"

#include "engine/core/digest.hpp"
#include "engine/core/file.hpp"
#include "engine/core/secret.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <stdexcept>

namespace callstream::paging {
namespace {

constexpr std::size_t secret_bytes = 32;  // of a new key
constexpr std::size_t secret_bytes_min = 16;
constexpr std::size_t secret_bytes_max = 4096;

}  // namespace

signing_key::signing_key(std::string_view secret) {
    running_digest digest(running_digest::kind::sha256);
    digest.add(secret);
    const auto bytes = digest.finish();
    std::copy(bytes.begin(), bytes.end(), key_.begin());
}

result<signing_key> signing_key::from_file(const std::filesystem::path& path, bool create) {
    if (create && !std::filesystem::exists(path)) {
        // Of two servers that start together, one makes the key and both read it.
        write_if_absent(path, random_bytes(secret_bytes), 0600);
    }
    auto secret = read_whole(path, secret_bytes_max);
    if (!secret) return error{errc::bad_request, "the token key file " + secret.error().text};
    if (secret->size() < secret_bytes_min) {
        return error{errc::bad_request, "the token key file holds fewer than 16 bytes"};
    }
    return signing_key(*secret);
}

signature signing_key::sign(std::string_view bytes) const {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    if (HMAC(EVP_sha256(), key_.data(), key_.size(), data, bytes.size(), digest.data(), &size) ==
        nullptr) {
        throw std::runtime_error("HMAC failed");
    }
    signature out;
    std::copy_n(digest.begin(), out.size(), out.begin());
    return out;
}

bool signing_key::verify(std::string_view bytes, std::string_view signature_of_them) const {
    const signature expected = sign(bytes);
    return signature_of_them.size() == expected.size() &&
           CRYPTO_memcmp(expected.data(), signature_of_them.data(), expected.size()) == 0;
}

}  // namespace callstream::paging
