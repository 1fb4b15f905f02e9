// A folder that lives as long as a test, and whole files in one call.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>

namespace callstream::testing {

/// In memory where the system has a folder for that: for tests that write thousands of files.
inline std::filesystem::path fast_parent() {
    const std::filesystem::path memory = "/dev/shm";
    const bool usable = ::access(memory.c_str(), W_OK | X_OK) == 0;
    return usable ? memory : std::filesystem::temp_directory_path();
}

/// Made empty below the system's folder for temporary files, removed with all that is in it.
class temp_dir {
 public:
    explicit temp_dir(
        const std::filesystem::path& parent = std::filesystem::temp_directory_path()
    ) {
        auto name = (parent / "callstream-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
        path_ = name;
    }
    temp_dir(const temp_dir&) = delete;
    temp_dir& operator=(const temp_dir&) = delete;
    ~temp_dir() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const std::filesystem::path& name) const {
        return path_ / name;
    }

 private:
    std::filesystem::path path_;
};

/// Makes the folders above the file as well.
inline void write_file(const std::filesystem::path& path, std::string_view bytes) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path.string());
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Replaces the file as careful programs do: under another name first, then renamed.
inline void replace_file(const std::filesystem::path& path, std::string_view bytes) {
    auto beside = path;
    beside += ".incoming";
    write_file(beside, bytes);
    std::filesystem::rename(beside, path);
}

/// Runs a command line tool; a test that needs it cannot go on without.
inline void run_tool(const std::string& command) {
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

}  // namespace callstream::testing
