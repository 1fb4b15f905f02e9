// One answer at a time, whole in memory: for what is asked before a run.
#pragma once

#include "server/load/connection.hpp"

#include <atomic>
#include <chrono>
#include <string>

namespace callstream::load {

struct fetched {
    int status = 0;
    std::string body;
};

/// Sends `head` on a connection of its own and waits for the whole answer, at most until then, and
/// 64 MiB. Throws std::runtime_error, also soon after `stopped` becomes true.
fetched fetch(
    const destination& to,
    const std::string& head,
    std::chrono::steady_clock::time_point until,
    const std::atomic<bool>& stopped
);

}  // namespace callstream::load
