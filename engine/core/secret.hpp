// Bytes that nobody can guess.
#pragma once

#include <cstddef>
#include <string>

namespace callstream {

/// Throws std::runtime_error without randomness.
std::string random_bytes(std::size_t count);

}  // namespace callstream
