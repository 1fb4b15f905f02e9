// One connection: read a request head, answer, again.
#pragma once

#include "server/http/asio.hpp"
#include "server/http/exchange.hpp"
#include "server/http/metrics.hpp"
#include "server/http/worker_call.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace callstream::http {

struct deadlines {
    std::chrono::seconds idle{60};  ///< between requests
    std::chrono::seconds head{10};  ///< from the first byte of a head to its last
    /// For one block to leave. A reader slower than a block per this time is cut, so a block of
    /// 256 KiB makes the slowest rate served 4.3 KiB/s (the kernel's send buffer comes on top).
    std::chrono::seconds block{60};
};

/// What sessions share. Outlives them.
struct session_context {
    exchange_context exchanges;
    http::metrics* numbers;
    asio::thread_pool* workers;
    deadlines limits;
    std::atomic<bool> draining{false};
    std::function<void(const std::string&)> log_access;  ///< null: not wanted
};

class session : public std::enable_shared_from_this<session> {
 public:
    session(session_context& context, stream s);

    /// Runs until the connection ends.
    task<void> run();

    /// On the session's thread: ends an idle connection now, one that is answering after its
    /// answer.
    void drain();
    /// On the session's thread: ends the connection now.
    void cut();

 private:
    enum class head_outcome { request, too_long, closed };

    task<head_outcome> read_head();
    task<bool> answer(exchange& e);
    task<bool> send_whole(exchange& e, bool keep_alive);
    task<bool> send_stream(exchange& e, bool keep_alive);
    task<bool> send(
        std::string_view head,
        std::string_view chunk_head,
        std::string_view body,
        std::string_view tail
    );
    task<void> linger();
    void reset_on_close(bool reset);
    void finish_request(const exchange& e, std::chrono::steady_clock::time_point began);

    session_context& context_;
    stream stream_;
    worker_call worker_;
    std::string input_;           // bytes read and not used yet
    std::size_t head_bytes_ = 0;  // of the request head at the start of `input_`
    bool idle_ = true;
    std::uint64_t sent_bytes_ = 0;
};

}  // namespace callstream::http
