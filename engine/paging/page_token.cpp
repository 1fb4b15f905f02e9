#include "engine/paging/page_token.hpp"

#include "engine/core/file.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstring>
#include <stdexcept>

namespace callstream::paging {
namespace {

constexpr std::uint8_t format_version = 1;
constexpr std::size_t signature_bytes = 16;  // HMAC-SHA-256, truncated
constexpr std::size_t secret_bytes_min = 16;
constexpr std::size_t secret_bytes_max = 4096;

// Integers are little-endian in memory and on the wire; replicas are of one kind.
struct __attribute__((packed)) token_bytes {
    std::uint8_t version = format_version;
    std::uint8_t exact = 0;
    std::uint16_t file = 0;
    std::uint32_t overlay_generation = 0;
    std::uint64_t query = 0;
    std::uint64_t variant_set = 0;
    std::uint64_t provisional = 0;
    std::uint64_t content = 0;
    std::uint64_t ordinal = 0;
    std::uint64_t virtual_offset = 0;
    std::uint32_t duplicate = 0;
    std::uint32_t check = 0;
    std::uint32_t sample = 0;
    std::uint8_t signature[signature_bytes] = {};
};
constexpr std::size_t signed_bytes = sizeof(token_bytes) - signature_bytes;
// A multiple of three: base64 needs no padding and has one spelling per token.
static_assert(sizeof(token_bytes) == 84);

constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string to_base64url(const unsigned char* bytes, std::size_t size) {
    std::string out;
    out.reserve(size / 3 * 4);
    for (std::size_t i = 0; i + 2 < size; i += 3) {
        const unsigned v = static_cast<unsigned>(bytes[i]) << 16 |
                           static_cast<unsigned>(bytes[i + 1]) << 8 | bytes[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6) out += alphabet[v >> shift & 63];
    }
    return out;
}

bool from_base64url(std::string_view text, unsigned char* out) {
    const std::string_view letters(alphabet, 64);
    for (std::size_t i = 0; i + 3 < text.size(); i += 4) {
        unsigned v = 0;
        for (std::size_t k = 0; k < 4; ++k) {
            const auto at = letters.find(text[i + k]);
            if (at == std::string_view::npos) return false;
            v = v << 6 | static_cast<unsigned>(at);
        }
        *out++ = static_cast<unsigned char>(v >> 16);
        *out++ = static_cast<unsigned char>(v >> 8);
        *out++ = static_cast<unsigned char>(v);
    }
    return true;
}

void sign(const std::array<unsigned char, 32>& key, const token_bytes& t, unsigned char* out) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(&t);
    if (HMAC(EVP_sha256(), key.data(), key.size(), bytes, signed_bytes, digest, &size) == nullptr) {
        throw std::runtime_error("HMAC failed");
    }
    std::memcpy(out, digest, signature_bytes);
}

error refuse(std::string why) {
    return {errc::bad_request, "pageToken " + std::move(why)};
}

}  // namespace

token_signer::token_signer(std::string_view secret) {
    unsigned size = 0;
    if (EVP_Digest(secret.data(), secret.size(), key_.data(), &size, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("SHA-256 failed");
    }
}

result<token_signer> token_signer::from_file(const std::filesystem::path& path, bool create) {
    if (create && !std::filesystem::exists(path)) {
        std::array<unsigned char, 32> fresh{};
        if (RAND_bytes(fresh.data(), fresh.size()) != 1) throw std::runtime_error("no randomness");
        // Of two servers that start together, one makes the key and both read it.
        write_if_absent(path, {reinterpret_cast<const char*>(fresh.data()), fresh.size()}, 0600);
    }
    auto secret = read_whole(path, secret_bytes_max);
    if (!secret) return error{errc::bad_request, "the token key file " + secret.error().text};
    if (secret->size() < secret_bytes_min) {
        return error{errc::bad_request, "the token key file holds fewer than 16 bytes"};
    }
    return token_signer(*secret);
}

std::string token_signer::issue(const token_scope& scope, const token_position& position) const {
    token_bytes t;
    t.exact = position.exact ? 1 : 0;
    t.file = position.file;
    t.overlay_generation = scope.overlay_generation;
    t.query = scope.query;
    t.variant_set = scope.variant_set;
    t.provisional = scope.provisional;
    t.content = scope.content;
    t.ordinal = position.point.ordinal;
    t.virtual_offset = position.point.virtual_offset;
    t.duplicate = position.point.duplicate;
    t.check = position.point.check;
    t.sample = position.sample;
    sign(key_, t, t.signature);
    return to_base64url(reinterpret_cast<const unsigned char*>(&t), sizeof t);
}

result<token_position> token_signer::read(std::string_view token, const token_scope& scope) const {
    constexpr std::size_t token_chars = sizeof(token_bytes) / 3 * 4;
    token_bytes t;
    if (token.size() != token_chars) {
        return refuse(
            "is damaged: it has " + std::to_string(token.size()) + " characters instead of " +
            std::to_string(token_chars) + "; send it exactly as it was received"
        );
    }
    if (!from_base64url(token, reinterpret_cast<unsigned char*>(&t))) {
        return refuse("is damaged: it has characters that no token has");
    }
    unsigned char expected[signature_bytes];
    sign(key_, t, expected);
    if (CRYPTO_memcmp(expected, t.signature, signature_bytes) != 0) {
        return refuse("was altered, or was signed with another server's token key");
    }
    if (t.version != format_version) return refuse("was made by another version of callstream");
    if (t.variant_set != scope.variant_set) return refuse("belongs to another file");
    if (t.query != scope.query) {
        return refuse("belongs to another query: path and parameters must be those it came from");
    }
    const bool both_indexed = t.content != 0 && scope.content != 0;
    const bool same_bytes =
        t.provisional == scope.provisional && (!both_indexed || t.content == scope.content);
    if (!same_bytes) return refuse("is stale: the file has been replaced; start again without it");
    if (t.overlay_generation != scope.overlay_generation) {
        return refuse("is stale: what is shown of the file has changed; start again without it");
    }
    return token_position{
        {t.ordinal, t.virtual_offset, t.duplicate, t.check}, t.exact != 0, t.file, t.sample};
}

}  // namespace callstream::paging
