// Coverage tables as they are asked for: made once in the background, kept in the state folder.
#pragma once

#include "engine/reads/coverage_table.hpp"
#include "engine/reads/cram_child.hpp"
#include "engine/reads/reads_file.hpp"
#include "engine/reads/reads_pass.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace callstream::reads {

/// Thread-safe. One pass at a time; what a stop interrupts is begun anew.
class coverage_service {
 public:
    using logger = std::function<void(const std::string&)>;
    using table_ptr = std::shared_ptr<const coverage_table>;

    /// Tables lie in `folder`. Of the threads that ask, at most `waiters` wait for a pass at a
    /// time, so that there are others left for the rest of the world. `log` is called from any
    /// thread.
    coverage_service(std::filesystem::path folder, unsigned waiters, logger log);
    ~coverage_service();

    struct request {
        std::shared_ptr<const reads_file> file;
        std::string name;  ///< for the log
        cram_decoding decoding;
    };
    /// Waits for at most `patience`. `errc::unavailable` when it is not made by then;
    /// `errc::file_unusable` for a file that has none, which is known from then on. Throws
    /// std::system_error when the disk fails.
    result<table_ptr> get(const request& wanted, std::chrono::seconds patience);

    struct numbers {
        std::uint64_t made = 0;
        std::uint64_t failed = 0;
        std::uint64_t waiting = 0;  ///< the one that runs is counted
        std::uint64_t bytes_left = 0;
    };
    numbers count() const;

 private:
    static constexpr std::size_t kept_max = 256;

    struct entry {
        request wanted;
        std::uint64_t fingerprint = 0;
        pass_progress progress;
        table_ptr table;               // once it is made
        std::optional<error> refusal;  // why it cannot be
        bool settled() const { return table != nullptr || refusal.has_value(); }
    };
    using entry_ptr = std::shared_ptr<entry>;

    entry_ptr enqueue(const request& wanted, std::uint64_t fingerprint);
    void make_all(std::stop_token stop);
    void make(entry& one, const std::stop_token& stop);
    result<table_ptr> make_table(entry& one, const std::stop_token& stop);

    std::filesystem::path folder_;
    unsigned waiters_max_;
    logger log_;
    mutable std::mutex mutex_;  // guards what follows, and the outcome of entries
    std::condition_variable_any changed_;
    unsigned waiters_ = 0;
    std::map<std::uint64_t, entry_ptr> entries_;  // by fingerprint
    std::deque<entry_ptr> queue_;                 // the first one runs
    std::uint64_t made_ = 0;
    std::uint64_t failed_ = 0;
    std::jthread worker_;  // last: it uses all of the above
};

}  // namespace callstream::reads
