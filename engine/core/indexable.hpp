// A file from which an index is derived that takes a pass over all of it: what the background
// thread of the catalog and the command line need to know of it, whatever kind of file it is.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>

namespace callstream {

/// Thread-safe.
class indexable {
 public:
    virtual ~indexable() = default;

    virtual const std::filesystem::path& path() const noexcept = 0;
    virtual const file_identity& identity() const noexcept = 0;

    virtual bool is_indexed() const = 0;
    /// Why the pass found that the file cannot be served.
    virtual std::optional<error> refusal() const = 0;
    /// How far the pass has come, in bytes of the file.
    virtual std::uint64_t bytes_done() const noexcept = 0;

    /// Takes what an earlier pass left in the folder; false when it is not all there.
    /// Throws std::system_error and damaged_file.
    virtual bool find_index(const std::filesystem::path& folder, std::stop_token stop) = 0;
    /// Finds the derived files in the folder or makes them there, and keeps the outcome. Blocks for
    /// as long as it takes to read the file. An error, or an exception, says why there is no
    /// outcome yet; it may be tried again.
    virtual result<void> make_index(const std::filesystem::path& folder, std::stop_token stop) = 0;

    /// Whether a pass has nothing more to do.
    bool is_settled() const { return is_indexed() || refusal().has_value(); }
};

}  // namespace callstream
