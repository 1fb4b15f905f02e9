#include "engine/core/secret.hpp"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>
#include <stdexcept>

namespace callstream {

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    auto* into = reinterpret_cast<unsigned char*>(bytes.data());
    if (RAND_bytes(into, static_cast<int>(count)) != 1) throw std::runtime_error("no randomness");
    return bytes;
}

std::string sha256_text(std::string_view bytes) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    constexpr const char* digits = "0123456789abcdef";
    std::string text;
    for (const auto byte : digest) (text += digits[byte >> 4]) += digits[byte & 15];
    return text;
}

}  // namespace callstream
