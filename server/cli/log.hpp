// The server's log: lines on stderr.
#pragma once

#include <string>
#include <string_view>

namespace callstream::cli {

/// Thread-safe. Control characters are replaced, since texts may hold what a client sent.
void log_info(const std::string& text);
void log_warning(const std::string& text);

/// Says on stderr why a command cannot do what it was asked, and returns its exit code, 1.
int failure(std::string_view command, const std::string& why);

}  // namespace callstream::cli
