#include "engine/core/uuid.hpp"

#include "engine/core/secret.hpp"

namespace callstream {

std::string new_uuid() {
    std::string bytes = random_bytes(16);
    bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);  // version
    bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);  // variant
    constexpr const char* digits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        const auto byte = static_cast<unsigned char>(bytes[i]);
        (text += digits[byte >> 4]) += digits[byte & 15];
    }
    return text;
}

}  // namespace callstream
