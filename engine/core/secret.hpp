// Secrets: made of the system's randomness, kept as what cannot be turned back into them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace callstream {

/// Throws std::runtime_error without randomness.
std::string random_bytes(std::size_t count);

/// SHA-256 in lower-case hexadecimal.
std::string sha256_text(std::string_view bytes);

}  // namespace callstream
