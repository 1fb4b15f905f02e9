// The listener and its threads: accepts connections, spreads them over the I/O threads, drains.
#pragma once

#include "server/http/deadlines.hpp"
#include "server/http/exchange.hpp"
#include "server/http/metrics.hpp"
#include "server/http/tls_identity.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace callstream::http {

struct server_options {
    std::string host = "127.0.0.1";  ///< a numeric address or `localhost`
    std::uint16_t port = 8080;       ///< 0: any free one
    unsigned threads = 1;            ///< of I/O, and as many workers
    std::size_t connections_max = 10000;
    std::size_t body_memory = 64 << 20;       ///< bytes of request bodies in the process at once
    std::filesystem::path body_folder = ".";  ///< for bodies that do not stay in memory
    const tls_identity* identity = nullptr;   ///< has a pair and outlives the server; null: no TLS
    deadlines limits = {};
    std::chrono::seconds drain{30};  ///< how long open answers may go on after SIGTERM
};

class server {
 public:
    /// `on_hangup` runs on a worker when SIGHUP comes, and every 30 s.
    server(
        server_options options,
        exchange_context context,
        metrics& numbers,
        std::function<void()> on_hangup,
        std::function<void(const std::string&)> log_access
    );
    ~server();

    /// Binds and returns the port. `errc::bad_request` says why it cannot.
    result<std::uint16_t> listen();

    /// Serves until SIGTERM or SIGINT, then stops accepting and lets answers end, for at most
    /// `drain`; a second signal cuts them.
    void run();

 private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace callstream::http
