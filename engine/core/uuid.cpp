#include "engine/core/uuid.hpp"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace callstream {

std::string new_uuid() {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), bytes.size()) != 1) throw std::runtime_error("no randomness");
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);  // version
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);  // variant
    constexpr const char* digits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        (text += digits[bytes[i] >> 4]) += digits[bytes[i] & 15];
    }
    return text;
}

}  // namespace callstream
