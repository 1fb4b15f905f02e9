// Bytes that only grow: in memory while they are few, in a file afterwards. What was synced
// survives the process and can be gone on with.
#pragma once

#include "engine/core/file.hpp"
#include "engine/core/hash.hpp"

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
    /// its last sync. Reads them; false when there are fewer, or others than `hash` says.
    bool resume(std::uint64_t size, std::uint64_t hash);

    void append(std::string_view bytes) {
        pending_.append(bytes);
        if (pending_.size() >= memory_max) flush();
    }
    std::uint64_t size() const noexcept { return flushed_ + pending_.size(); }

    /// All that was added is on the disk when it returns.
    void sync();
    /// Of all bytes up to the last sync.
    std::uint64_t synced_hash() const { return hash_.value().low; }
    /// Reads exactly `size` bytes at `offset`, which must be within `size()`.
    void read(std::uint64_t offset, void* into, std::size_t size);
    /// Gives the file another name without waiting for the disk, see temporary_file. Nothing more
    /// may be added.
    void publish_derived(const std::filesystem::path& path);
    /// Deletes the file.
    void remove() noexcept;

 private:
    static constexpr std::size_t memory_max = 1 << 20;
    void flush();

    std::filesystem::path path_;
    unique_fd fd_;
    std::string pending_;
    std::uint64_t flushed_ = 0;
    running_hash hash_;  // of what was flushed
};

}  // namespace callstream
