#include "engine/core/id.hpp"

namespace callstream::id {
namespace {

bool is_plain(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string encode(std::string_view part) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    out.reserve(part.size());
    for (char c : part) {
        if (is_plain(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '.';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

std::optional<std::string> decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_plain(text[i])) {
            out += text[i];
            continue;
        }
        if (text[i] != '.' || i + 2 >= text.size()) return std::nullopt;
        const int high = hex_value(text[i + 1]);
        const int low = hex_value(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        const char c = static_cast<char>(high * 16 + low);
        if (is_plain(c)) return std::nullopt;  // a second spelling of the same id
        out += c;
        i += 2;
    }
    return out;
}

std::string join(std::string_view parent, std::string_view child) {
    std::string out;
    out.reserve(parent.size() + 1 + child.size());
    out.append(parent).append(1, '~').append(child);
    return out;
}

std::optional<std::pair<std::string_view, std::string_view>> split_last(std::string_view id) {
    const auto at = id.rfind('~');
    if (at == std::string_view::npos) return std::nullopt;
    return std::pair{id.substr(0, at), id.substr(at + 1)};
}

}  // namespace callstream::id
