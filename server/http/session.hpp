// One connection: read a request, answer, again.
#pragma once

#include "server/http/asio.hpp"
#include "server/http/deadlines.hpp"
#include "server/http/exchange.hpp"
#include "server/http/metrics.hpp"
#include "server/http/outgoing_body.hpp"
#include "server/http/request_body.hpp"
#include "server/http/timed_socket.hpp"
#include "server/http/tls_identity.hpp"
#include "server/http/worker_call.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace callstream::http {

/// What sessions share. Outlives them.
struct session_context {
    exchange_context exchanges;
    http::metrics* numbers;
    worker_pool* workers;
    deadlines limits;
    body_budget bodies;
    std::filesystem::path body_folder;  ///< for those that do not stay in memory
    const tls_identity* identity;       ///< null: no TLS
    std::atomic<bool> draining{false};
    std::function<void(const std::string&)> log_access;  ///< null: not wanted
};

class session : public std::enable_shared_from_this<session> {
 public:
    session(session_context& context, tcp_socket s);

    /// Runs until the connection ends.
    task<void> run();

    /// On the session's thread: ends an idle connection now, one that is answering after its
    /// answer.
    void drain();
    /// On the session's thread: ends the connection now.
    void cut();

 private:
    enum class head_outcome { request, too_long, too_slow, closed };

    task<bool> secure();
    task<head_outcome> read_head();
    task<bool> refuse(int status, std::string_view text);
    task<bool> take_request();
    task<bool> read_body(exchange& e);
    task<bool> receive(exchange& e, incoming_body& body);
    task<bool> store_piece(exchange& e, incoming_body& body);
    task<bool> answer(exchange& e);
    task<bool> send_whole(exchange& e, bool keep_alive);
    task<bool> send_stream(const exchange& e, outgoing_body& body);
    task<bool> send_body(outgoing_body& body);
    void send_directly(outgoing_body& body) noexcept;
    task<bool> send(outgoing_body::pieces pieces);
    task<void> linger();
    void reset_on_close(bool reset) noexcept;
    void count_sent(std::uint64_t bytes) noexcept;
    void finish_request(const exchange& e);

    session_context& context_;
    timed_socket socket_;
    worker_call worker_;
    std::string input_;           // bytes read and not used yet
    std::size_t head_bytes_ = 0;  // of the request head at the start of `input_`
    bool idle_ = true;
    std::atomic<bool> cut_{false};  // also read by a worker that is sending
    // Of the answer that is being sent: its bytes, and the time the client let them wait.
    std::uint64_t sent_bytes_ = 0;
    std::chrono::steady_clock::duration waited_{};
    std::chrono::steady_clock::time_point began_;  // of the request
};

}  // namespace callstream::http
