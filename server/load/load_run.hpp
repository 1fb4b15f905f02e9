// A whole run: the plan, the warm-up, the load, what the machine allows.
#pragma once

#include "server/load/ceilings.hpp"
#include "server/load/plan.hpp"
#include "server/load/schedule.hpp"
#include "server/load/tally.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace callstream::load {

struct load_options {
    server_url url;
    tls_trust trust;
    plan_options plan;
    schedule_limits limits;
    std::size_t connections = 1;
    unsigned threads = 0;  ///< 0: one per processor, at most one per connection
    bool warm = true;      ///< every distinct request once before, not counted
    std::chrono::seconds patience{30};
    std::optional<std::uint64_t> expected;  ///< checksum
    bool ceilings = false;
    std::filesystem::path file;  ///< for the ceilings; empty: none
};

enum class load_phase { planning, warming, running, ceilings };

struct load_report {
    std::array<std::size_t, subject_count> distinct{};  ///< requests of each subject
    std::vector<std::string> notes;
    tally counted;       ///< errors of the warm-up, too
    double seconds = 0;  ///< from the start to the last answer
    /// Of the first answers to all distinct requests of a subject; nothing where some lack.
    std::array<std::optional<std::uint64_t>, subject_count> checksums;
    std::optional<std::uint64_t> checksum;  ///< of all subjects
    std::size_t unanswered = 0;             ///< distinct requests without a right answer
    bool stopped = false;                   ///< by the user
    bool gave_up = false;                   ///< the server was not reached any more
    std::optional<ceilings> machine;

    std::uint64_t requests() const;
    std::uint64_t errors() const;
    std::uint64_t calls() const;
    std::uint64_t wire_bytes() const;
    std::uint64_t body_bytes() const;
    double each_second(std::uint64_t count) const;
};

/// Called ten times a second while a phase goes on.
using watcher = std::function<void(load_phase, const live_counters&)>;

/// Throws std::runtime_error when the server cannot be asked what there is, or a descriptor is
/// lacking. Ends with what there is so far soon after `stopped` becomes true.
load_report run_load(
    const load_options& options, const std::atomic<bool>& stopped, const watcher& watch
);

}  // namespace callstream::load
