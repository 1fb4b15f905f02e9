// Bytes that only grow: in memory while they are few, in a file afterwards. What was synced
// survives the process and can be gone on with.
#pragma once

#include "engine/core/file.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace callstream {

/// One thread at a time. Throws std::system_error.
class append_file {
 public:
    /// Nothing is on disk before `memory_max` bytes were added or `sync` was called.
    explicit append_file(std::filesystem::path path) : path_(std::move(path)) {}

    /// Takes up the first `size` bytes that an earlier process left, dropping what it added after
    /// its last sync. False when the file has fewer.
    bool resume(std::uint64_t size);

    void append(std::string_view bytes) {
        pending_.append(bytes);
        if (pending_.size() >= memory_max) flush();
    }
    std::uint64_t size() const noexcept { return flushed_ + pending_.size(); }

    /// All that was added is on the disk when it returns.
    void sync();
    /// Reads exactly `size` bytes at `offset`, which must be within `size()`.
    void read(std::uint64_t offset, void* into, std::size_t size);
    /// Deletes the file.
    void remove() noexcept;

 private:
    static constexpr std::size_t memory_max = 1 << 20;
    void flush();

    std::filesystem::path path_;
    unique_fd fd_;
    std::string pending_;
    std::uint64_t flushed_ = 0;
};

}  // namespace callstream
