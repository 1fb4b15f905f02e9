// How long a connection may take over what it does. Every wait of a connection ends at one of
// these, and none of them starts anew with each byte: a client that sends or takes a byte every few
// seconds would live for ever.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace callstream::http {

struct deadlines {
    using clock = std::chrono::steady_clock;
    using milliseconds = std::chrono::milliseconds;

    /// The slowest request body and the slowest reader of an answer that are served, in bytes per
    /// second over the whole body or answer.
    static constexpr std::int64_t body_rate = 1024;
    static constexpr std::int64_t answer_rate = 4096;

    std::chrono::seconds idle{60};  ///< between requests
    std::chrono::seconds head{10};  ///< from the first byte of a head to its last
    std::chrono::seconds body{10};  ///< before the rate of a body is looked at
    std::chrono::seconds send{60};  ///< for each block, and before the rate of an answer counts

    /// When a body, or a part of one, of which so many bytes have come is too slow.
    clock::time_point body_due(clock::time_point began, std::uint64_t received) const {
        return began + body + time_for(received, body_rate);
    }

    /// How long the next block of an answer may take, after `waited` for the socket to take `sent`
    /// bytes. Only time spent waiting for the client counts.
    milliseconds block_time(clock::duration waited, std::uint64_t sent) const {
        const auto left =
            send + time_for(sent, answer_rate) - std::chrono::duration_cast<milliseconds>(waited);
        return std::clamp<milliseconds>(left, milliseconds(0), send);
    }

 private:
    static milliseconds time_for(std::uint64_t bytes, std::int64_t rate) {
        return milliseconds(static_cast<std::int64_t>(bytes) / rate * 1000);
    }
};

/// The deadline of one body while it arrives. Besides the rate of the whole, the rate since the
/// last few KiB counts: otherwise a client could send megabytes at once and hold their memory for
/// as long as they would have taken at the least rate.
class body_pace {
 public:
    using clock = deadlines::clock;

    body_pace(const deadlines& limits, clock::time_point began)
        : limits_(limits), began_(began), step_began_(began) {}

    /// When the body is too slow of which, `now`, so many bytes have come.
    clock::time_point due(std::uint64_t received, clock::time_point now) {
        const auto step = static_cast<std::uint64_t>(limits_.body.count() * deadlines::body_rate);
        if (received - step_received_ >= step) {
            step_began_ = now;
            step_received_ = received;
        }
        return std::min(
            limits_.body_due(began_, received),
            limits_.body_due(step_began_, received - step_received_)
        );
    }

 private:
    deadlines limits_;
    clock::time_point began_;
    clock::time_point step_began_;
    std::uint64_t step_received_ = 0;
};

}  // namespace callstream::http
