// What a server says, in a line of a report.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace callstream::load {

constexpr std::size_t excerpt_max = 160;

/// The start of it, without what a terminal would take for commands.
inline std::string excerpt(std::string_view text) {
    std::string out(text.substr(0, excerpt_max));
    const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == 127; };
    std::replace_if(out.begin(), out.end(), is_control, ' ');
    return out;
}

}  // namespace callstream::load
