// What this room has beside code: the page at `/docs` (`assets/`), and in `descriptions/` what
// every route is, in our own words.
#pragma once

#include "server/page/asset.hpp"

#include <span>

namespace callstream::openapi {

/// Names begin with their folder. Lives as long as the program.
std::span<const page::asset> assets();

}  // namespace callstream::openapi
