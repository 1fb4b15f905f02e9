// One answer at a time, whole in memory: for what is asked before a run.
#pragma once

#include "server/load/connection.hpp"

#include <chrono>
#include <string>

namespace callstream::load {

struct fetched {
    int status = 0;
    std::string body;
};

/// Sends `head` on a connection of its own and waits for the whole answer, at most `patience` and
/// 64 MiB. Throws std::runtime_error.
fetched fetch(const destination& to, const std::string& head, std::chrono::seconds patience);

}  // namespace callstream::load
