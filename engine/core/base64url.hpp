// Bytes as text that stands in an address as it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace callstream {

/// Base64 with `-` and `_`, without padding (RFC 4648, section 5).
std::string to_base64url(std::string_view bytes);
/// Nothing unless `text` is exactly what `to_base64url` makes of some bytes.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace callstream
