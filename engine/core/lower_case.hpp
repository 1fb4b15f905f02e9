// ASCII letters in lower case: names of HTTP, checksums, whatever is compared in any case.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace callstream {

/// Other bytes stay as they are, whatever the locale.
inline std::string lower_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

}  // namespace callstream
