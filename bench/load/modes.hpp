// The modes of callstream_bench_client. Each prints one JSON object and throws
// std::runtime_error when it could not measure.
#pragma once

#include "bench/load/connection.hpp"

#include <cstdint>
#include <string>

namespace callstream::bench {

struct drain_options {
    target_options to;
    std::uint64_t bytes_max = 0;  ///< of each body; then the connection is cut; 0: no limit
    std::string save;             ///< file for the body of the first connection
};
/// One request per connection, all at once, read as fast as they come.
void drain(const drain_options& options);

struct repeat_options {
    target_options to;
    double seconds = 2;
    std::uint64_t requests = 0;  ///< ends earlier after so many; 0: no limit
};
/// Small requests on connections that are kept; the targets in turn. Rate and latency.
void repeat(const repeat_options& options);

struct crowd_options {
    target_options to;
    std::size_t idle = 1000;
    std::size_t slow = 64;
    std::size_t fast = 8;
    double seconds = 2;
};
/// Fast readers alone, then among idle connections and slow readers.
void crowd(const crowd_options& options);

/// The socket ceiling: answers `GET /N` with N bytes from one ready buffer through plain `send`.
/// Prints its port and serves until its standard input ends.
void serve_ready_bytes();

}  // namespace callstream::bench
