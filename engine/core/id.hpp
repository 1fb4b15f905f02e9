// Public ids. Every byte outside [A-Za-z0-9_-] is written `.XX` (two upper-case hexadecimal
// digits); encoded parts are joined with `~`. Both ways are exact, so an id needs no table: the
// same file has the same ids on every server and after every restart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace callstream::id {

/// One part in its public form.
std::string encode(std::string_view part);

/// The reverse of `encode`; nothing if `text` is not exactly what `encode` would have made.
std::optional<std::string> decode(std::string_view text);

/// Joins two pieces that are encoded already.
std::string join(std::string_view parent, std::string_view child);

/// Splits at the last `~`: parent id and encoded last part.
std::optional<std::pair<std::string_view, std::string_view>> split_last(std::string_view id);

}  // namespace callstream::id
