// A request body on its way in, without a socket: where its bytes go, what it may cost, and when it
// has to be here.
#pragma once

#include "engine/core/spool_file.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace callstream::http {

/// Bytes behind the end of every body that a parser may read: simdjson works in steps of that size.
constexpr std::size_t body_padding = 64;

class body_budget;

/// A part of the budget; given back when destroyed.
class body_share {
 public:
    body_share() = default;
    body_share(body_share&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    body_share& operator=(body_share&& other) noexcept {
        std::swap(budget_, other.budget_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~body_share();

 private:
    friend class body_budget;
    body_share(body_budget* budget, std::size_t bytes) : budget_(budget), bytes_(bytes) {}

    body_budget* budget_ = nullptr;
    std::size_t bytes_ = 0;
};

/// How much memory all bodies of the process may take together. Thread-safe; outlives its shares.
class body_budget {
 public:
    explicit body_budget(std::size_t bytes) : bytes_max_(bytes) {}

    /// Nothing when so much is not left.
    std::optional<body_share> take(std::size_t bytes);
    std::size_t in_use() const noexcept { return in_use_.load(std::memory_order_relaxed); }

 private:
    friend class body_share;
    std::size_t bytes_max_;
    std::atomic<std::size_t> in_use_{0};
};

/// One body while it arrives. Its memory grows with the bytes that have come, never with what the
/// head announced: that costs a client nothing.
class incoming_body {
 public:
    /// `expected` is the Content-Length, within the limit of the route.
    incoming_body(body_budget& budget, std::uint64_t expected)
        : budget_(budget), expected_(expected) {}

    bool complete() const noexcept { return received_ == expected_; }
    std::uint64_t received_bytes() const noexcept { return received_; }

    /// Where the next bytes go, at most as many as are missing; empty when the budget is spent.
    std::span<char> room();
    /// So many bytes were put there.
    void received(std::size_t bytes) noexcept { received_ += bytes; }

    /// From now on what has come goes to `folder` piece by piece, for bodies that are not to be in
    /// memory as a whole. Call it before the first byte.
    void keep_on_disk(std::filesystem::path folder) { folder_ = std::move(folder); }
    /// Whether `store_piece` is due before there is more room, or before it is complete.
    bool piece_is_full() const noexcept;
    /// Writes to the disk: on a worker. Throws std::system_error.
    void store_piece();

    /// The complete body, with `body_padding` bytes of capacity behind it, and what it costs.
    std::pair<std::string, body_share> take();
    /// The complete body on the disk; null where it is in memory.
    std::shared_ptr<const spool_file> take_file() { return std::move(file_); }

 private:
    bool grow(std::size_t wanted);

    body_budget& budget_;
    std::uint64_t expected_;
    std::uint64_t received_ = 0;
    std::uint64_t stored_ = 0;  // of those, on the disk
    std::string bytes_;         // those that are not
    body_share share_;
    std::optional<std::filesystem::path> folder_;
    std::shared_ptr<spool_file> file_;
};

}  // namespace callstream::http
