// The files of the page as they were when the program was built, see `assets/` and
// `cmake/embed_assets.cmake`.
#pragma once

#include "server/page/asset.hpp"

#include <span>

namespace callstream::page {

/// Lives as long as the program.
std::span<const asset> assets();

}  // namespace callstream::page
