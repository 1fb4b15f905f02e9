#include "engine/paging/signed_text.hpp"

#include "engine/core/base64url.hpp"

namespace callstream::paging {
namespace {

/// What the signature covers. Begins with a letter, so it is never the bytes of a page token, which
/// begin with their version.
std::string with_purpose(std::string_view purpose, std::string_view text) {
    std::string out("text:");
    out.append(purpose).append(1, '\0').append(text);
    return out;
}

}  // namespace

std::string sign_text(const signing_key& key, std::string_view purpose, std::string_view text) {
    const signature s = key.sign(with_purpose(purpose, text));
    std::string bytes(s.begin(), s.end());
    return to_base64url(bytes.append(text));
}

std::optional<std::string> open_signed_text(
    const signing_key& key, std::string_view purpose, std::string_view signed_text
) {
    auto bytes = from_base64url(signed_text);
    if (!bytes || bytes->size() < signature_bytes) return std::nullopt;
    const std::string given = bytes->substr(0, signature_bytes);
    bytes->erase(0, signature_bytes);
    if (!key.verify(with_purpose(purpose, *bytes), given)) return std::nullopt;
    return bytes;
}

}  // namespace callstream::paging
