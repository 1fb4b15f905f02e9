// The columns of one variant file: a copy of its genotypes in which those of one sample stand
// together, so that all calls of a few samples cost what they have and not what the file has.
// Made by `column_pass.hpp`, kept in the state directory, memory-mapped, never needed.
#pragma once

#include "engine/columns/column_layout.hpp"
#include "engine/core/error.hpp"
#include "engine/core/mapped_file.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>

namespace callstream::columns {

/// What records have besides GT: an answer that shows it must read them.
enum class other_field : std::uint32_t {
    any = 1 << 0,               ///< whatever it is called
    dosage = 1 << 1,            ///< DS
    filter = 1 << 2,            ///< FT
    likelihood_log10 = 1 << 3,  ///< GL
    likelihood_phred = 1 << 4,  ///< PL
    phase_set = 1 << 5,         ///< PS
};

/// Bits of `other_field` that a FORMAT field of this name has; 0 for GT.
std::uint32_t other_field_bits(std::string_view name);

/// Immutable but for what is known of its soundness; thread-safe.
class column_file {
 public:
    /// An error when there is none, when it is damaged as far as its directory tells or belongs to
    /// other bytes. Reads the directory only. Throws std::system_error when the disk fails.
    static result<std::shared_ptr<const column_file>> load(
        const std::filesystem::path& path, std::uint64_t provisional_fingerprint
    );

    std::uint64_t records() const noexcept { return foot_.records; }
    std::uint64_t samples() const noexcept { return foot_.samples; }
    std::uint64_t group_samples() const noexcept { return foot_.group_samples; }
    hash128 content() const noexcept { return {foot_.content_high, foot_.content_low}; }
    /// Whether some record has such a field.
    bool has(other_field field) const noexcept {
        return (foot_.fields & static_cast<std::uint32_t>(field)) != 0;
    }

    std::span<const block_entry> blocks() const noexcept { return blocks_; }
    /// In which block a record is; `ordinal` must be below `records()`.
    std::size_t block_of(std::uint64_t ordinal) const;

    /// A tile as it was written, and the bits of its codes. Its bytes are compared with their hash
    /// when it is asked for first. Nothing when it is not held, or damaged.
    struct tile {
        std::string_view bytes;
        unsigned bits = 0;
    };
    std::optional<tile> find_tile(std::size_t block, std::size_t group) const;

    /// False once a tile turned out to be damaged.
    bool is_sound() const noexcept { return is_sound_.load(std::memory_order_relaxed); }
    /// Looks at all tiles; false when one is damaged. `errc::unavailable` when stopped.
    result<bool> check(std::stop_token stop) const;

 private:
    column_file() = default;
    bool read_directory();
    bool is_intact(std::size_t number) const;

    mapped_file file_;
    column_foot foot_{};
    std::span<const block_entry> blocks_;
    std::span<const tile_entry> tiles_;
    mutable std::unique_ptr<std::atomic<bool>[]> checked_;  // by tile
    mutable std::atomic<bool> is_sound_{true};
};

}  // namespace callstream::columns
