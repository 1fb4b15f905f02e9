// The side store: what cannot be read from files. Today the searches that are too long to be their
// own id.
#pragma once

#include "engine/core/error.hpp"
#include "engine/store/sqlite.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace callstream::store {

/// Thread-safe; calls block while another one writes. Errors that may pass (a full disk, a lock)
/// are `errc::unavailable`; others throw store_error.
class side_store {
 public:
    /// How long a search is kept after it was last posted.
    static constexpr std::chrono::hours search_lifetime{7 * 24};

    /// Opens `path` or makes it, and brings its schema up to date. Throws store_error, also for a
    /// schema that is newer than this program.
    explicit side_store(const std::filesystem::path& path);

    /// Keeps a search under `key` from `now` on, in seconds since 1970; drops those that have
    /// expired by then. It is on the disk when this returns.
    result<void> keep_search(std::string_view key, std::string_view body, std::int64_t now_s);
    /// Nothing when it was never kept or has expired.
    result<std::optional<std::string>> find_search(std::string_view key, std::int64_t now_s);

 private:
    void migrate();

    std::mutex mutex_;  // guards what follows
    database db_;
};

}  // namespace callstream::store
