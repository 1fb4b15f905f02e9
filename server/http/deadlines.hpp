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

    /// When a body of which so many bytes have come is too slow.
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

}  // namespace callstream::http
