// A whole file mapped into memory, read-only. Only for files that this program alone writes: one
// that shrinks under its mapping ends the process.
#pragma once

#include "engine/core/error.hpp"

#include <cstddef>
#include <filesystem>
#include <string_view>
#include <utility>

namespace callstream {

class mapped_file {
 public:
    mapped_file() = default;
    /// An error when there is no such regular file. Throws std::system_error when it cannot be
    /// mapped.
    static result<mapped_file> open(const std::filesystem::path& path);

    mapped_file(mapped_file&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    mapped_file& operator=(mapped_file&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~mapped_file();

    /// Page-aligned.
    std::string_view bytes() const noexcept { return {static_cast<const char*>(data_), size_}; }

 private:
    void* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace callstream
