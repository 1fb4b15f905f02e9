// What all fuzzers share: their input as text, files made of it, and what must hold.
#pragma once

#include "tests/support/memory_file.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace callstream::fuzzing {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// Ends the process, so that the fuzzer keeps the input, with `what` on stderr.
[[noreturn]] void fail(std::string_view what, std::string_view detail = "");

inline void require(bool holds, std::string_view what, std::string_view detail = "") {
    if (!holds) fail(what, detail);
}

/// Fails unless `text` is one JSON value.
boost::json::value require_json(std::string_view text);

/// The part of `rest` before the first `separator`, which is taken away; all of it without one.
std::string_view take_until(std::string_view& rest, std::string_view separator);

/// `content` as a BGZF file of small blocks that are not compressed, so that what is in it runs
/// over their borders and packing costs next to nothing.
std::string stored_bgzf(std::string_view content);

/// A file in memory that has a path, for what opens files by name.
class named_memory_file {
 public:
    explicit named_memory_file(std::string_view bytes) : fd_(testing::memory_file(bytes)) {}
    std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(fd_.get()); }
    int fd() const noexcept { return fd_.get(); }

 private:
    unique_fd fd_;
};

/// Below TMPDIR, which tools/fuzz puts into memory. Removed when the process ends in good order.
class scratch_folder {
 public:
    scratch_folder();
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder();
    const std::filesystem::path& path() const noexcept { return path_; }

 private:
    std::filesystem::path path_;
};

}  // namespace callstream::fuzzing
