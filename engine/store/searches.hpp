// Searches that are too long to be their own id.
#pragma once

#include "engine/core/error.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace callstream::store {

/// Thread-safe. Times are in seconds since 1970.
class search_store {
 public:
    /// How long a search is kept after it was last posted.
    static constexpr std::chrono::hours lifetime{7 * 24};
    /// Of all that are kept: whoever may read may search, and must not fill the disk by it.
    static constexpr std::int64_t bytes_max = 256 << 20;

    virtual ~search_store() = default;

    /// Keeps a search under `key` from `now_s` on; drops those that have expired by then, and the
    /// oldest where there is too much of them. It is on the disk when this returns.
    virtual result<void> keep(std::string_view key, std::string_view body, std::int64_t now_s) = 0;
    /// Nothing when it was never kept or has expired.
    virtual result<std::optional<std::string>> find(std::string_view key, std::int64_t now_s) = 0;
};

}  // namespace callstream::store
