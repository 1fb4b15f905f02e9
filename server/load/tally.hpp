// What has been counted.
#pragma once

#include "server/load/histogram.hpp"
#include "server/load/subject.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>

namespace callstream::load {

/// Of the answers that were right.
struct subject_tally {
    std::uint64_t requests = 0;
    std::uint64_t items = 0;
    std::uint64_t wire_bytes = 0;  ///< of answers, heads included
    std::uint64_t body_bytes = 0;  ///< decoded
    histogram latency;
    histogram first_byte;

    void add(const subject_tally& other);
};

struct error_tally {
    std::uint64_t count = 0;
    std::string example;  ///< request and reason of the first one
};

struct tally {
    std::array<subject_tally, subject_count> of;
    std::map<std::string, error_tally> errors;  ///< by kind
    std::uint64_t cut = 0;         ///< requests without an answer when the run was over
    std::uint64_t reconnects = 0;  ///< connections that the server closed between requests

    void add(const tally& other);
    void add_error(const std::string& kind, const std::string& example);
};

/// For whoever watches, while it runs. Written by all threads.
struct live_counters {
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> calls{0};
    std::atomic<std::uint64_t> wire_bytes{0};
    std::atomic<std::uint64_t> errors{0};
    std::atomic<std::uint64_t> failures_in_row{0};  ///< of connections, since one succeeded
};

}  // namespace callstream::load
