#include "server/http/session.hpp"

#include "server/http/request_head.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <limits>

namespace callstream::http {
namespace {

constexpr std::size_t read_step = 4096;

/// Asio's own condition limits a system call to 64 KiB; a block should leave in one.
std::size_t all_at_once(const error_code& ec, std::size_t /*sent*/) {
    return ec ? 0 : std::numeric_limits<std::size_t>::max();
}

/// The size line of a chunk (RFC 9112, section 7.1).
std::string chunk_head(std::size_t bytes) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes, 16).ptr;
    return std::string(digits.data(), end) + "\r\n";
}

/// A damaged file or a lack of memory ends the answer, not the server.
result<streaming::body_source::progress> fill(
    streaming::body_source& source, text_buffer& out
) noexcept {
    try {
        return source.fill(out);
    } catch (const std::exception& problem) {
        return error{errc::file_unusable, problem.what()};
    }
}

}  // namespace

session::session(session_context& context, stream s)
    : context_(context), stream_(std::move(s)), worker_(stream_.get_executor(), *context.workers) {}

void session::drain() {
    if (idle_) cut();
}

void session::cut() {
    stream_.close();
}

void session::reset_on_close(bool reset) {
    error_code ignored;
    stream_.socket().set_option(tcp::socket::linger(reset, 0), ignored);
}

task<void> session::run() {
    error_code ignored;
    stream_.socket().set_option(tcp::no_delay(true), ignored);
    for (bool keep = true; keep;) {
        const head_outcome outcome = co_await read_head();
        if (outcome == head_outcome::closed) co_return;
        const auto began = std::chrono::steady_clock::now();
        sent_bytes_ = 0;
        if (outcome == head_outcome::too_long) {
            exchange e = exchange::refused(
                context_.exchanges, 431, "the request head is longer than 16 KiB"
            );
            co_await send_whole(e, false);
            finish_request(e, began);
            break;
        }
        auto parsed = parse_request_head(std::string_view(input_).substr(0, head_bytes_));
        input_.erase(0, head_bytes_);
        if (!parsed) {
            const refusal& why = parsed.error();
            exchange e = exchange::refused(context_.exchanges, why.status, why.text);
            co_await send_whole(e, false);
            finish_request(e, began);
            break;
        }
        exchange e(context_.exchanges, std::move(*parsed));
        keep = co_await answer(e);
        finish_request(e, began);
    }
    co_await linger();
}

task<session::head_outcome> session::read_head() {
    idle_ = input_.empty();
    if (context_.draining && idle_) co_return head_outcome::closed;
    if (input_.empty())
        input_.shrink_to_fit();  // after a long head, for thousands of idle connections
    stream_.expires_after(idle_ ? context_.limits.idle : context_.limits.head);
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
        const auto [ec, n] = co_await stream_.async_read_some(room, as_value);
        input_.resize(used + n);
        // Also after a timeout, when Beast has closed the socket already: no 408 is possible.
        if (ec) co_return head_outcome::closed;
        if (idle_) stream_.expires_after(context_.limits.head);
        idle_ = false;
    }
}

task<bool> session::answer(exchange& e) {
    if (e.blocking()) {
        worker_.start([&e]() noexcept { e.prepare(); });
        co_await worker_.finished();
    } else {
        e.prepare();
    }
    const bool keep = e.asked().keep_alive && !context_.draining;
    if (e.complete() || e.head_only()) {
        const bool sent = co_await send_whole(e, keep);
        co_return (sent && keep);
    }
    // HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
    const bool chunked = e.asked().http_1_1;
    const bool sent = co_await send_stream(e, keep && chunked);
    co_return (sent && keep && chunked);
}

task<bool> session::send_whole(exchange& e, bool keep_alive) {
    const std::string head = e.head(keep_alive);
    const std::string_view body = e.head_only() ? std::string_view{} : e.body();
    co_return co_await send(head, "", body, "");
}

task<bool> session::send_stream(exchange& e, bool keep_alive) {
    using progress = streaming::body_source::progress;
    const bool chunked = e.asked().http_1_1;
    std::string head = e.head(keep_alive);
    streaming::block sending = e.take_block();
    // Without a second block, rendering and sending take turns.
    auto second = context_.exchanges.blocks->take();
    result<progress> step = progress::more;
    context_.numbers->streams_open.fetch_add(1, std::memory_order_relaxed);
    // Where the end of the connection is the end of the body, whatever ends it early must not look
    // like that.
    if (!chunked) reset_on_close(true);
    bool sent = true;
    bool failed = false;
    while (sent && !failed) {
        const bool last = *step == progress::done;
        if (!last && second) {
            (*second)->clear();
            text_buffer& target = **second;
            worker_.start([&e, &step, &target]() noexcept { step = fill(e.source(), target); });
        }
        const std::string size = chunked && !sending->empty() ? chunk_head(sending->size()) : "";
        const std::string_view after = !chunked       ? ""
                                       : size.empty() ? (last ? "0\r\n\r\n" : "")
                                       : last         ? "\r\n0\r\n\r\n"
                                                      : "\r\n";
        try {
            sent = co_await send(head, size, sending->view(), after);
        } catch (const std::exception&) {
            sent = false;  // no memory; the worker may still be filling the other block
        }
        head.clear();
        if (last) break;
        if (!second && sent) {
            sending->clear();
            text_buffer& target = *sending;
            worker_.start([&e, &step, &target]() noexcept { step = fill(e.source(), target); });
        }
        co_await worker_.finished();
        if (second) std::swap(sending, *second);
        failed = !step;
        if (failed) {
            context_.exchanges.log_problem(e.asked().path + ": answer cut: " + step.error().text);
        }
    }
    context_.numbers->streams_open.fetch_sub(1, std::memory_order_relaxed);
    if (failed || !sent) context_.numbers->answers_cut.fetch_add(1, std::memory_order_relaxed);
    if (failed || !sent) stream_.close();  // no last chunk: the client sees that it is not whole
    if (sent && !failed && !chunked) reset_on_close(false);
    co_return (sent && !failed);
}

task<bool> session::send(
    std::string_view head, std::string_view chunk_head, std::string_view body, std::string_view tail
) {
    const std::array<asio::const_buffer, 4> parts = {
        asio::buffer(head.data(), head.size()),
        asio::buffer(chunk_head.data(), chunk_head.size()),
        asio::buffer(body.data(), body.size()),
        asio::buffer(tail.data(), tail.size())};
    stream_.expires_after(context_.limits.block);
    const auto [ec, n] = co_await asio::async_write(stream_, parts, &all_at_once, as_value);
    sent_bytes_ += n;
    context_.numbers->bytes_sent.fetch_add(n, std::memory_order_relaxed);
    co_return !ec;
}

/// Closes so that the client can still read the answer: a socket that is closed with unread input
/// resets the connection, and the answer with it.
task<void> session::linger() {
    constexpr std::size_t drop_bytes_max = 64 * 1024;
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(std::chrono::seconds(2));
    std::array<char, read_step> dropped;
    for (std::size_t total = 0; total < drop_bytes_max;) {
        const auto room = asio::buffer(dropped);
        const auto [ec, n] = co_await stream_.async_read_some(room, as_value);
        if (ec) break;
        total += n;
    }
    stream_.close();
}

void session::finish_request(const exchange& e, std::chrono::steady_clock::time_point began) {
    const auto took = std::chrono::steady_clock::now() - began;
    context_.numbers->count(e.matched(), e.status(), took);
    if (!context_.log_access) return;
    const double ms = std::chrono::duration<double, std::milli>(took).count();
    context_.log_access(
        std::string(verb_text(e.asked().method)) + " " + e.asked().path + " " +
        std::to_string(e.status()) + " " + std::to_string(sent_bytes_) + " B " +
        std::to_string(ms) + " ms"
    );
}

}  // namespace callstream::http
