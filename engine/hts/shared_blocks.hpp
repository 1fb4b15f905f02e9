// What several readers of one BGZF file inflate, kept for a while, so that whoever comes a little
// later need not do it again: many clients ask for the same pages at about the same time.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace callstream::hts {

/// One for each file. Thread-safe. Nothing is kept, and no lock is taken, while fewer than two
/// read.
class shared_blocks {
 public:
    /// A block as it was found: where it stands, where the next one does, and what it holds.
    struct block {
        std::uint64_t address = 0;
        std::uint64_t next_address = 0;
        std::vector<char> content;
    };

    shared_blocks() = default;
    shared_blocks(const shared_blocks&) = delete;
    shared_blocks& operator=(const shared_blocks&) = delete;
    ~shared_blocks();

    void enter() noexcept { readers_.fetch_add(1, std::memory_order_relaxed); }
    /// The last but one that leaves takes what is kept along.
    void leave() noexcept;
    bool has_several() const noexcept { return readers_.load(std::memory_order_relaxed) > 1; }

    /// The block that somebody found when he read from `asked`, which may be empty blocks before
    /// it; null when it is not here.
    std::shared_ptr<const block> find(std::uint64_t asked);
    /// Copies it, in the place of the oldest one where there are as many as may be. While nobody
    /// takes any, only one in sixteen is kept, to find out when that changes.
    void keep(
        std::uint64_t asked,
        std::uint64_t address,
        std::uint64_t next_address,
        std::string_view content
    );

    static constexpr std::size_t blocks_per_file = 256;
    static constexpr std::size_t blocks_in_all = 1024;            ///< of all files: 64 MiB
    static constexpr std::size_t patience = 2 * blocks_per_file;  ///< blocks that nobody takes

 private:
    struct entry {
        std::uint64_t asked = 0;
        std::shared_ptr<const block> held;
    };

    void clear() noexcept;
    bool make_room();

    std::atomic<int> readers_{0};
    std::atomic<std::size_t> untaken_{0};  // that were made since one was found here
    std::mutex mutex_;                     // guards what follows
    std::deque<entry> kept_;               // the oldest first

    static std::atomic<std::size_t> total;  // blocks of all files
};

}  // namespace callstream::hts
