// When requests are made, and how many.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace callstream::load {

using steady = std::chrono::steady_clock;

struct schedule_limits {
    std::uint64_t requests = 0;  ///< most of them; 0: no limit
    std::chrono::nanoseconds duration{std::chrono::seconds(10)};
    double rate = 0;  ///< a second, at fixed times; 0: whenever a connection is free
};

/// Shared by all threads. At a rate each request has its time from the start, whatever became of
/// those before: whoever takes it late counts its latency from that time, so that a server that
/// stalls is seen to keep everybody waiting who would have come meanwhile.
class schedule {
 public:
    struct slot {
        std::uint64_t number;
        steady::time_point due;
    };

    schedule(const schedule_limits& limits, steady::time_point begin)
        : limits_(limits), begin_(begin) {}

    /// The next request, or nothing when no more are to be made.
    std::optional<slot> take(steady::time_point now) {
        if (is_closed(now)) return std::nullopt;
        const auto number = next_.fetch_add(1, std::memory_order_relaxed);
        if (limits_.requests > 0 && number >= limits_.requests) return std::nullopt;
        if (limits_.rate <= 0) return slot{number, now};
        const auto due = begin_ + offset(number);
        if (due >= end()) return std::nullopt;
        return slot{number, due};
    }

    steady::time_point begin() const { return begin_; }
    steady::time_point end() const { return begin_ + limits_.duration; }
    void close() { closed_.store(true, std::memory_order_relaxed); }
    bool was_closed() const { return closed_.load(std::memory_order_relaxed); }

 private:
    bool is_closed(steady::time_point now) const {
        return was_closed() || (limits_.rate <= 0 && now >= end());
    }
    std::chrono::nanoseconds offset(std::uint64_t number) const {
        const double ns = static_cast<double>(number) / limits_.rate * 1e9;
        // Beyond the end of the run all times are alike.
        const auto most = static_cast<double>(limits_.duration.count());
        return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(ns, most)));
    }

    schedule_limits limits_;
    steady::time_point begin_;
    std::atomic<std::uint64_t> next_{0};
    std::atomic<bool> closed_{false};
};

}  // namespace callstream::load
