// Ids for what users create.
#pragma once

#include <string>

namespace callstream {

/// A random UUID (RFC 9562, version 4) in lower case. Throws std::runtime_error without randomness.
std::string new_uuid();

}  // namespace callstream
