// Strings of files and clients inside JSON that is written by hand.
#pragma once

#include "engine/core/text_buffer.hpp"

#include <string>
#include <string_view>

namespace callstream::streaming {

/// `text` as it stands between the quotes of a JSON string. Bytes that are not UTF-8 (a Latin-1
/// sample name, say) become U+FFFD, so that the answer is valid whatever a file holds.
std::string json_escaped(std::string_view text);

/// The same, appended; takes memory only for what is escaped.
void append_json_escaped(text_buffer& out, std::string_view text);

/// `text` with the same replacement and nothing escaped, for replies that a library writes.
std::string valid_utf8(std::string_view text);

/// With the quotes.
std::string json_quoted(std::string_view text);

}  // namespace callstream::streaming
