// Exports and imports, one after the other in the background.
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

/// What is to be done. `run` does all of it, may throw as engine/reads/bam_export.hpp does, and
/// runs on any thread.
struct operation_job {
    std::string operation_id;
    std::uint64_t bytes = 0;  ///< of the source; 0: nobody knows
    /// The response as a JSON object, empty where there is nothing to say. `errc::unavailable` when
    /// it was stopped.
    std::function<result<std::string>(reads::pass_progress&, std::stop_token)> run;
};

/// Thread-safe. The store outlives it.
class operation_runner {
 public:
    using logger = std::function<void(const std::string&)>;

    operation_runner(store::operation_store& operations, logger log);
    ~operation_runner();

    /// `errc::unavailable` when too many wait.
    result<void> add(operation_job job);
    /// Best effort: it may have ended meanwhile.
    void cancel(std::string_view operation_id);
    /// Nothing unless it waits or runs here.
    std::optional<operation_progress> progress(std::string_view operation_id) const;

 private:
    static constexpr std::size_t waiting_max = 64;

    struct entry {
        operation_job job;
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
