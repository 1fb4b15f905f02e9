// The server's log: lines on stderr.
#pragma once

#include <string>

namespace callstream::cli {

/// Thread-safe. Control characters are replaced, since texts may hold what a client sent.
void log_info(const std::string& text);
void log_warning(const std::string& text);

}  // namespace callstream::cli
