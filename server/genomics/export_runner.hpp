// Exports of read group sets, one after the other in the background.
#pragma once

#include "engine/reads/reads_file.hpp"
#include "engine/reads/reads_pass.hpp"
#include "engine/store/operations.hpp"
#include "server/genomics/operations.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

namespace callstream::genomics {

/// What is to be written where. `write` does all of it, throws as engine/reads/bam_export.hpp does,
/// and may run on any thread.
struct export_job {
    std::string operation_id;
    std::uint64_t bytes = 0;  ///< of the source
    std::function<result<void>(reads::pass_progress&, std::stop_token)> write;
};

/// Thread-safe. The store outlives it.
class export_runner {
 public:
    using logger = std::function<void(const std::string&)>;

    export_runner(store::operation_store& operations, logger log);
    ~export_runner();

    /// `errc::unavailable` when too many wait.
    result<void> add(export_job job);
    /// Best effort: it may have ended meanwhile.
    void cancel(std::string_view operation_id);
    /// Nothing unless it waits or runs here.
    std::optional<operation_progress> progress(std::string_view operation_id) const;

 private:
    static constexpr std::size_t waiting_max = 64;

    struct entry {
        export_job job;
        reads::pass_progress progress;
        std::stop_source stop;
    };
    using entry_ptr = std::shared_ptr<entry>;

    void run_all(std::stop_token stop);
    void run(entry& one);
    store::operation_end stopped() const;
    void end(const entry& one, const store::operation_end& how);
    entry_ptr find(std::string_view operation_id) const;

    store::operation_store& operations_;
    logger log_;
    mutable std::mutex mutex_;  // guards what follows
    std::condition_variable_any changed_;
    std::deque<entry_ptr> waiting_;
    entry_ptr running_;
    bool closing_ = false;
    std::jthread worker_;  // last: it uses all of the above
};

}  // namespace callstream::genomics
