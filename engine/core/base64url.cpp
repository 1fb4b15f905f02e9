#include "engine/core/base64url.hpp"

#include <cstdint>

namespace callstream {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string to_base64url(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t waiting = 0;
    int bits = 0;
    for (const char c : bytes) {
        waiting = waiting << 8 | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 6; bits -= 6) out += alphabet[waiting >> (bits - 6) & 63];
    }
    if (bits > 0) out += alphabet[waiting << (6 - bits) & 63];
    return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
    std::string out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t waiting = 0;
    int bits = 0;
    for (const char c : text) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        waiting = waiting << 6 | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out += static_cast<char>(waiting >> bits & 255);
    }
    // Bits that carry nothing must be zero, or there would be several spellings of the same bytes.
    const bool canonical = bits < 6 && (waiting & ((1U << bits) - 1)) == 0;
    return canonical ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace callstream
