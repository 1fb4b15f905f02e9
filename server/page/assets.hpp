// The files of the page as they were when the program was built, see `assets/` and
// `cmake/embed_assets.cmake`.
#pragma once

#include <span>
#include <string_view>

namespace callstream::page {

struct asset {
    std::string_view name;  ///< of the file, without a folder
    std::string_view text;
};

/// Lives as long as the program.
std::span<const asset> assets();

}  // namespace callstream::page
