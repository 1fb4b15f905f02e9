// Files that tests read: those that ship with the program, and a collection of real files that a
// machine may have beside the sources (or where CALLSTREAM_TEST_DATA says) or not have.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace callstream::testing {

/// Where the sources are, with the files that ship.
std::filesystem::path source_dir();
std::filesystem::path demo_data();

/// The program that decodes CRAM, as it was built.
std::filesystem::path cram_decoder();

/// May be absent: then a test says so and skips.
std::filesystem::path collection();

/// Regular files below `top` whose name ends in `ending`, sorted; none when there is no `top`.
std::vector<std::filesystem::path> files_below(
    const std::filesystem::path& top, std::string_view ending
);

}  // namespace callstream::testing
