// What the server counts about itself. Written with relaxed atomics by all threads, summed when
// somebody asks.
#pragma once

#include "server/http/router.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace callstream::http {

class metrics {
 public:
    std::atomic<std::uint64_t> connections_open{0};
    std::atomic<std::uint64_t> connections_total{0};
    std::atomic<std::uint64_t> connections_refused{0};  ///< there were too many
    std::atomic<std::uint64_t> handshakes_failed{0};    ///< of TLS
    std::atomic<std::uint64_t> streams_open{0};
    std::atomic<std::uint64_t> bytes_sent{0};
    std::atomic<std::uint64_t> calls_streamed{0};
    std::atomic<std::uint64_t> answers_cut{0};  ///< connections closed in the middle of an answer

    /// To be called once, when all routes are known.
    void size_for(const router& routes);

    /// `route` is null for requests that fitted none.
    void count(const route* r, int status, std::chrono::nanoseconds took);

    /// Prometheus text exposition format, version 0.0.4.
    std::string text() const;

 private:
    static constexpr std::array<double, 9> bounds_s = {
        0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30};
    struct route_counts {
        std::array<std::atomic<std::uint64_t>, 6> by_class{};  // status / 100
        std::array<std::atomic<std::uint64_t>, bounds_s.size() + 1> by_duration{};
        std::atomic<std::uint64_t> nanoseconds{0};
    };

    const router* routes_ = nullptr;
    /// By route, its place in `counts_`: methods of one path share the first's, because a scrape
    /// may have each label once.
    std::vector<std::size_t> places_;
    std::vector<route_counts> counts_;  // one per route, the last for requests without one
};

}  // namespace callstream::http
