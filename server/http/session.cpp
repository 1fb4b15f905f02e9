#include "server/http/session.hpp"

#include "server/http/request_head.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <exception>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace callstream::http {
namespace {

constexpr std::size_t read_step = 4096;

constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

/// About a block waits in the kernel while another one travels. It would take megabytes for a slow
/// reader, and take more only when a third of them has been read: memory outside every budget, and
/// no sign of progress for minutes.
void limit_unsent(tcp_socket& s) {
    constexpr int bytes = 256 * 1024;
    setsockopt(s.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
}

/// Without tickets the server has nothing to say after the handshake, and an acknowledgement that
/// waits for company would hold up the request of a client whose socket collects small writes.
void acknowledge_now(tcp_socket& s) {
    constexpr int on = 1;
    setsockopt(s.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

}  // namespace

session::session(session_context& context, tcp_socket s)
    : context_(context), socket_(std::move(s)), worker_(socket_.get_executor(), *context.workers) {}

void session::drain() {
    if (idle_) cut();
}

/// A worker may be sending; the descriptor must not become another connection's under its hands.
void session::cut() {
    cut_ = true;
    if (worker_.running()) {
        socket_.stop();
    } else {
        socket_.close();
    }
}

void session::reset_on_close(bool reset) noexcept {
    const ::linger how{reset ? 1 : 0, 0};
    setsockopt(socket_.socket().native_handle(), SOL_SOCKET, SO_LINGER, &how, sizeof how);
}

task<void> session::run() {
    error_code ignored;
    socket_.socket().set_option(tcp::no_delay(true), ignored);
    limit_unsent(socket_.socket());
    if (context_.identity != nullptr) {
        const bool secured = co_await secure();
        if (!secured) co_return;
    }
    for (bool keep = true; keep && !cut_;) {
        const head_outcome outcome = co_await read_head();
        if (outcome == head_outcome::closed) co_return;
        began_ = std::chrono::steady_clock::now();
        sent_bytes_ = 0;
        waited_ = {};
        if (outcome == head_outcome::request) {
            keep = co_await take_request();
        } else if (outcome == head_outcome::too_long) {
            keep = co_await refuse(431, "the request head is longer than 16 KiB");
        } else {
            keep = co_await refuse(408, "the request head did not come in time");
        }
    }
    if (cut_) {
        socket_.close();
        co_return;
    }
    co_await linger();
}

/// False when the connection has ended. Whoever speaks HTTP without TLS is told so.
task<bool> session::secure() {
    socket_.expires_after(context_.limits.head);
    auto channel = std::make_unique<tls_channel>(*context_.identity->context());
    const auto outcome = co_await socket_.secure(std::move(channel));
    if (outcome == tls_channel::step::done) {
        acknowledge_now(socket_.socket());
        co_return true;
    }
    context_.numbers->handshakes_failed.fetch_add(1, std::memory_order_relaxed);
    if (outcome != tls_channel::step::plain_http) co_return false;
    co_await refuse(400, "this port speaks HTTPS; ask for https:// instead of http://");
    co_await linger();
    co_return false;
}

task<session::head_outcome> session::read_head() {
    idle_ = input_.empty();
    if (context_.draining && idle_) co_return head_outcome::closed;
    // After a long head, for thousands of idle connections.
    if (input_.empty() && input_.capacity() > read_step) input_.shrink_to_fit();
    socket_.expires_after(idle_ ? context_.limits.idle : context_.limits.head);
    std::size_t searched = 0;
    for (;;) {
        const auto end = input_.find("\r\n\r\n", searched);
        if (end != std::string::npos && end + 4 <= head_bytes_max) {
            head_bytes_ = end + 4;
            idle_ = false;
            co_return head_outcome::request;
        }
        if (input_.size() >= head_bytes_max) co_return head_outcome::too_long;
        searched = input_.size() < 3 ? 0 : input_.size() - 3;
        const std::size_t used = input_.size();
        input_.resize(used + read_step);
        const auto room = asio::buffer(input_.data() + used, read_step);
        const std::size_t n = co_await socket_.read_some(room);
        input_.resize(used + n);
        if (n == 0)
            co_return (socket_.late() && !idle_ ? head_outcome::too_slow : head_outcome::closed);
        if (idle_) socket_.expires_after(context_.limits.head);
        idle_ = false;
    }
}

/// Answers bytes that are not a request; the connection closes.
task<bool> session::refuse(int status, std::string_view text) {
    exchange e = exchange::refused(context_.exchanges, status, text);
    co_await send_whole(e, false);
    finish_request(e);
    co_return false;
}

/// Whether the connection goes on.
task<bool> session::take_request() {
    auto parsed = parse_request_head(std::string_view(input_).substr(0, head_bytes_));
    input_.erase(0, head_bytes_);
    if (!parsed) {
        const bool keep = co_await refuse(parsed.error().status, parsed.error().text);
        co_return keep;
    }
    exchange e(context_.exchanges, std::move(*parsed));
    if (e.wants_body()) {
        const bool here = co_await read_body(e);
        if (!here) co_return false;
    }
    const bool keep = co_await answer(e);
    finish_request(e);
    co_return keep;
}

/// False when the client went away; every other trouble becomes the answer.
task<bool> session::read_body(exchange& e) {
    incoming_body body(context_.bodies, e.asked().body_bytes);
    const bool on_disk = e.matched()->body_on_disk;
    if (on_disk) body.keep_on_disk(context_.body_folder);
    const bool here = co_await receive(e, body);
    if (!here || !e.wants_body()) co_return here;
    if (on_disk) {
        e.take_body(body.take_file());
    } else {
        auto [bytes, share] = body.take();
        e.take_body(std::move(bytes), std::move(share));
    }
    co_return true;
}

/// Until the body is complete or the exchange refuses it.
task<bool> session::receive(exchange& e, incoming_body& body) {
    body_pace pace(context_.limits, began_);
    bool told_to_go_on = !e.asked().expects_continue;
    while (!body.complete()) {
        if (cut_) co_return false;
        const auto room = body.room();
        if (room.empty()) {
            e.refuse(503, "too many request bodies are being read; try again shortly");
            co_return true;
        }
        if (!input_.empty()) {  // came together with the head
            const std::size_t n = input_.copy(room.data(), room.size());
            input_.erase(0, n);
            body.received(n);
            told_to_go_on = true;
            const bool stored = co_await store_piece(e, body);
            if (!stored) co_return true;
            continue;
        }
        socket_.expires_at(pace.due(body.received_bytes(), std::chrono::steady_clock::now()));
        if (!told_to_go_on) {
            const timed_socket::parts line = {asio::buffer(go_on.data(), go_on.size())};
            co_await socket_.write(line);
            told_to_go_on = true;
        }
        const auto buffer = asio::buffer(room.data(), room.size());
        const std::size_t n = co_await socket_.read_some(buffer);
        if (n == 0 && !socket_.late()) co_return false;
        if (n == 0) {
            e.refuse(408, "the request body came too slowly");
            co_return true;
        }
        body.received(n);
        const bool stored = co_await store_piece(e, body);
        if (!stored) co_return true;
    }
    co_return true;
}

/// Where it is due. False when it could not be; the exchange says so then.
task<bool> session::store_piece(exchange& e, incoming_body& body) {
    if (!body.piece_is_full()) co_return true;
    std::error_code failed;
    worker_.start([&body, &failed]() noexcept {
        try {
            body.store_piece();
        } catch (const std::system_error& problem) {
            failed = problem.code();
        } catch (const std::exception&) {
            failed = std::make_error_code(std::errc::not_enough_memory);
        }
    });
    co_await worker_.finished();
    if (!failed) co_return true;
    const bool full = failed == std::errc::no_space_on_device ||
                      failed == std::errc::file_too_large || failed.value() == EDQUOT;
    context_.exchanges.log_problem(e.shown_path() + ": body not kept: " + failed.message());
    e.refuse(full ? 507 : 503, "there is no room for the request body right now");
    co_return false;
}

task<bool> session::answer(exchange& e) {
    const bool keep = e.asked().keep_alive && !e.body_unread() && !context_.draining;
    // HTTP/1.0 knows no chunks: without a length the end of the connection is the end of the body.
    const bool keep_behind_stream = keep && e.asked().http_1_1;
    std::optional<outgoing_body> body;
    const bool prepared = e.prepare_at_once();
    const auto prepare = [this, &e, &body, prepared, keep_behind_stream]() noexcept {
        if (!prepared) e.prepare();
        if (e.complete() || e.head_only()) return;
        try {
            body.emplace(e, keep_behind_stream, *context_.exchanges.blocks);
            context_.numbers->streams_open.fetch_add(1, std::memory_order_relaxed);
            send_directly(*body);
        } catch (const std::exception& problem) {
            context_.exchanges.log_problem(e.shown_path() + ": no answer: " + problem.what());
        }
    };
    if (e.blocking() && !(prepared && e.complete())) {
        worker_.start(prepare);
        co_await worker_.finished();
    } else {
        prepare();
    }
    if (e.complete() || e.head_only()) {
        const bool sent = co_await send_whole(e, keep);
        co_return (sent && keep);
    }
    if (!body) co_return false;
    const bool sent = co_await send_stream(e, *body);
    if (!body->has_ended()) {
        // Its source may have to wait for a block that is being made.
        worker_.start([&e]() noexcept { e.drop_source(); });
        co_await worker_.finished();
    }
    co_return (sent && keep_behind_stream);
}

task<bool> session::send_whole(exchange& e, bool keep_alive) {
    const std::string head = e.head(keep_alive);
    const std::string_view body = e.head_only() ? std::string_view{} : e.body();
    const outgoing_body::pieces all = {head, body, {}, {}};
    co_return co_await send(all);
}

/// Where nothing stands between the bytes and the wire, a worker sends what it rendered.
void session::send_directly(outgoing_body& body) noexcept {
    if (!body.is_framed()) reset_on_close(true);
    if (socket_.is_secured()) return body.advance();
    body.advance(socket_.socket().native_handle(), [this] {
        return cut_.load(std::memory_order_relaxed) || context_.workers->has_waiting();
    });
    count_sent(body.take_sent_bytes());
}

task<bool> session::send_stream(const exchange& e, outgoing_body& body) {
    const bool sent = co_await send_body(body);
    context_.numbers->streams_open.fetch_sub(1, std::memory_order_relaxed);
    if (sent) {
        if (!body.is_framed()) reset_on_close(false);
        co_return true;
    }
    context_.numbers->answers_cut.fetch_add(1, std::memory_order_relaxed);
    // Before the client can see it, so that whoever finds an answer cut finds the reason too.
    if (!body.problem().empty()) {
        context_.exchanges.log_problem(e.shown_path() + ": answer cut: " + body.problem());
    }
    socket_.close();  // no last chunk: the client sees that it is not whole
    co_return false;
}

task<bool> session::send_body(outgoing_body& body) {
    while (!body.has_ended() && !body.has_failed() && !cut_) {
        const bool secured = socket_.is_secured();
        if (body.is_sent() && !(secured && body.take_filled())) {
            worker_.start([this, &body]() noexcept { send_directly(body); });
            co_await worker_.finished();
            continue;
        }
        if (body.has_failed()) break;
        // The client is slower than we are: what it waits for next is made meanwhile.
        const bool fills = body.can_fill_ahead();
        if (fills) worker_.start([&body]() noexcept { body.fill_ahead(); });
        bool sent = false;
        try {
            sent = co_await send(body.left());
        } catch (const std::exception&) {
            // No memory; the worker may still be filling the other block.
        }
        co_await worker_.finished();
        if (!sent) co_return false;
        body.set_sent();
    }
    co_return body.has_ended();
}

void session::count_sent(std::uint64_t bytes) noexcept {
    sent_bytes_ += bytes;
    context_.numbers->bytes_sent.fetch_add(bytes, std::memory_order_relaxed);
}

task<bool> session::send(outgoing_body::pieces pieces) {
    if (cut_) co_return false;
    timed_socket::parts parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        parts[i] = asio::buffer(pieces[i].data(), pieces[i].size());
    }
    const auto start = std::chrono::steady_clock::now();
    socket_.expires_at(start + context_.limits.block_time(waited_, sent_bytes_));
    const std::size_t n = co_await socket_.write(parts);
    waited_ += std::chrono::steady_clock::now() - start;
    count_sent(n);
    co_return (n == asio::buffer_size(parts));
}

/// Closes so that the client can still read the answer: a socket that is closed with unread input
/// resets the connection, and the answer with it.
task<void> session::linger() {
    constexpr std::size_t drop_bytes_max = 64 * 1024 * 1024;
    socket_.expires_after(std::chrono::seconds(2));
    co_await socket_.finish();
    std::array<char, read_step> dropped;
    const auto room = asio::buffer(dropped);
    for (std::size_t total = 0; total < drop_bytes_max;) {
        const std::size_t n = co_await socket_.read_some(room);
        if (n == 0) break;
        total += n;
    }
    socket_.close();
}

void session::finish_request(const exchange& e) {
    const auto took = std::chrono::steady_clock::now() - began_;
    context_.numbers->count(e.matched(), e.status(), took);
    if (!context_.log_access) return;
    const double ms = std::chrono::duration<double, std::milli>(took).count();
    context_.log_access(
        std::string(verb_text(e.asked().method)) + " " + e.shown_path() + " " +
        std::to_string(e.status()) + " " + std::to_string(sent_bytes_) + " B " +
        std::to_string(ms) + " ms"
    );
}

}  // namespace callstream::http
