#include "server/refget/sequence_id.hpp"

#include "engine/core/base64url.hpp"
#include "engine/core/digest.hpp"
#include "engine/core/lower_case.hpp"

#include <algorithm>

namespace callstream::refget {
namespace {

constexpr std::size_t md5_digits = 32;
constexpr std::size_t trunc512_digits = 48;
constexpr std::size_t sha512t24u_chars = 32;

bool take(std::string_view& text, std::string_view before) {
    if (lower_case(text.substr(0, before.size())) != before) return false;
    text.remove_prefix(before.size());
    return true;
}

bool is_hexadecimal(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

int value_of(char digit) {
    return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

std::string bytes_of(std::string_view digits) {
    std::string out;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        out += static_cast<char>(value_of(digits[i]) * 16 + value_of(digits[i + 1]));
    }
    return out;
}

std::optional<sequence_id> read_hexadecimal(std::string_view text) {
    const auto digits = lower_case(text);
    if (!is_hexadecimal(digits)) return std::nullopt;
    if (digits.size() == md5_digits) return sequence_id{digits, {}};
    if (digits.size() == trunc512_digits) return sequence_id{{}, to_base64url(bytes_of(digits))};
    return std::nullopt;
}

}  // namespace

std::optional<sequence_id> read_sequence_id(std::string_view text) {
    if (take(text, "md5:") || take(text, "trunc512:")) return read_hexadecimal(text);
    const bool is_ga4gh = take(text, "ga4gh:");
    if (text.starts_with("SQ.")) {
        text.remove_prefix(3);
        if (text.size() != sha512t24u_chars || !from_base64url(text)) return std::nullopt;
        return sequence_id{{}, std::string(text)};
    }
    return is_ga4gh ? std::nullopt : read_hexadecimal(text);
}

std::string trunc512_of(std::string_view sha512t24u) {
    const auto bytes = from_base64url(sha512t24u);
    return bytes ? hex_of_bytes(*bytes) : std::string();
}

}  // namespace callstream::refget
