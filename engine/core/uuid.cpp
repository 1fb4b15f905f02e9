#include "engine/core/uuid.hpp"

#include "engine/core/digest.hpp"
#include "engine/core/secret.hpp"

namespace callstream {

std::string new_uuid() {
    std::string bytes = random_bytes(16);
    bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);  // version
    bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);  // variant
    std::string text = hex_of_bytes(bytes);
    for (const std::size_t at : {8, 13, 18, 23}) text.insert(at, 1, '-');
    return text;
}

}  // namespace callstream
