// What is too large for memory: on disk, in a file without a name, which is gone with its last user
// however the process ends.
#pragma once

#include "engine/core/file.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace callstream {

/// One thread adds; afterwards any number of threads read.
class spool_file {
 public:
    /// In `folder`. Throws std::system_error.
    explicit spool_file(const std::filesystem::path& folder);

    /// Throws std::system_error, with ENOSPC where the disk is full.
    void append(std::string_view bytes);
    std::uint64_t size() const noexcept { return size_; }

    /// Bytes from `offset` on, as many as fit into `into` and are there. Throws std::system_error.
    std::size_t read(std::uint64_t offset, std::span<char> into) const;

 private:
    unique_fd fd_;
    std::uint64_t size_ = 0;
};

}  // namespace callstream
