#include "tests/support/test_data.hpp"

#include <algorithm>
#include <cstdlib>
#include <system_error>

namespace callstream::testing {

std::filesystem::path source_dir() {
    return CALLSTREAM_SOURCE_DIR;
}

std::filesystem::path demo_data() {
    return source_dir() / "data" / "demo";
}

std::filesystem::path cram_decoder() {
    return CALLSTREAM_CRAM_DECODER;
}

std::filesystem::path collection() {
    const char* named = std::getenv("CALLSTREAM_TEST_DATA");
    return named != nullptr ? named : source_dir().parent_path() / "shared" / "data";
}

std::vector<std::filesystem::path> files_below(
    const std::filesystem::path& top, std::string_view ending
) {
    std::vector<std::filesystem::path> found;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(top, ignored)) {
        const bool wanted = entry.path().filename().string().ends_with(ending);
        if (wanted && entry.is_regular_file()) found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace callstream::testing
