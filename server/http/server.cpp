#include "server/http/server.hpp"

#include "server/http/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/signal_set.hpp>

#include <array>
#include <csignal>
#include <deque>
#include <set>
#include <thread>
#include <vector>

namespace callstream::http {
namespace {

constexpr std::chrono::seconds rescan_every{30};

// A connection that is one too many is told so, and gone after this time.
constexpr std::chrono::milliseconds refusal_time{100};
// So many may wait for that at once; each holds a descriptor that files might need.
constexpr std::size_t refusals_max = 8;

/// One I/O thread with its connections. The set is touched on that thread only.
struct lane {
    asio::io_context io{1};
    asio::executor_work_guard<executor> work{io.get_executor()};
    std::set<std::shared_ptr<session>> sessions;

    template <class Action>
    void each_session(Action action) {
        asio::post(io, [this, action] {
            // A copy: an action may end a session, which takes it out of the set.
            const auto now = sessions;
            for (const auto& s : now) ((*s).*action)();
        });
    }
};

}  // namespace

struct server::state {
    server_options options;
    session_context shared;
    std::function<void()> on_hangup;
    std::deque<lane> lanes;
    worker_pool workers;
    std::unique_ptr<acceptor> listener;
    std::unique_ptr<asio::basic_signal_set<executor>> signals;
    std::unique_ptr<timer> clock;
    std::size_t next_lane = 0;
    std::atomic<std::size_t> open{0};
    std::atomic<std::size_t> refusals{0};  // that wait for the client to read
    bool ended = false;  // every connection has ended after a signal; on the first lane only

    state(server_options o, exchange_context context, metrics& numbers)
        : options(std::move(o)),
          shared{
              std::move(context),
              &numbers,
              &workers,
              options.limits,
              body_budget(options.body_memory),
              options.body_folder,
              options.identity,
              {},
              {}},
          lanes(options.threads),
          workers(options.threads) {
        // A thread alone gains nothing by turning to something else.
        if (options.threads < 2) return;
        shared.exchanges.elsewhere = [this](std::function<void()> job) {
            workers.post(std::move(job));
        };
    }

    task<void> accept_all();
    task<void> watch_signals();
    task<void> rescan_regularly();
    void receive(lane& home, tcp_socket s);
    void admit(lane& home, tcp_socket s);
    std::string refusal() const;
    void refuse(lane& home, tcp_socket s);
    task<void> refuse_gently(tcp_socket s);
    task<void> drain();
};

server::server(
    server_options options,
    exchange_context context,
    metrics& numbers,
    std::function<void()> on_hangup,
    std::function<void(const std::string&)> log_access
)
    : state_(std::make_unique<state>(std::move(options), std::move(context), numbers)) {
    state_->on_hangup = std::move(on_hangup);
    state_->shared.log_access = std::move(log_access);
}

server::~server() = default;

result<std::uint16_t> server::listen() {
    auto& s = *state_;
    error_code ec;
    const auto host = s.options.host == "localhost" ? std::string("127.0.0.1") : s.options.host;
    const auto address = asio::ip::make_address(host, ec);
    if (ec) return error{errc::bad_request, s.options.host + " is not a numeric address"};
    const tcp::endpoint where(address, s.options.port);
    auto listener = std::make_unique<acceptor>(s.lanes.front().io.get_executor());
    listener->open(where.protocol(), ec);
    if (!ec) listener->set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) listener->bind(where, ec);
    if (!ec) listener->listen(tcp::acceptor::max_listen_connections, ec);
    if (ec) {
        return error{
            errc::bad_request,
            "cannot listen on " + s.options.host + ":" + std::to_string(s.options.port) + ": " +
                ec.message()};
    }
    s.listener = std::move(listener);
    return s.listener->local_endpoint().port();
}

void server::run() {
    auto& s = *state_;
    std::signal(SIGPIPE, SIG_IGN);
    auto& first = s.lanes.front();
    const auto on_first = first.io.get_executor();
    s.signals =
        std::make_unique<asio::basic_signal_set<executor>>(on_first, SIGTERM, SIGINT, SIGHUP);
    s.clock = std::make_unique<timer>(on_first);
    const auto log_end = [&s](std::exception_ptr problem) {
        if (!problem) return;
        try {
            std::rethrow_exception(problem);
        } catch (const std::exception& e) {
            s.shared.exchanges.log_problem(std::string("the server: ") + e.what());
        }
    };
    asio::co_spawn(on_first, s.accept_all(), log_end);
    asio::co_spawn(on_first, s.watch_signals(), log_end);
    asio::co_spawn(on_first, s.rescan_regularly(), log_end);
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < s.lanes.size(); ++i) {
        threads.emplace_back([&io = s.lanes[i].io] { io.run(); });
    }
    first.io.run();
    threads.clear();
    s.workers.join();
}

task<void> server::state::accept_all() {
    timer pause(lanes.front().io.get_executor());
    for (;;) {
        lane& home = lanes[next_lane];
        const auto on_home = home.io.get_executor();
        auto [ec, socket] = co_await listener->async_accept(on_home, as_value);
        if (shared.draining) co_return;
        if (ec) {
            // Out of descriptors, say: the connections that are open go on, and this tries again.
            pause.expires_after(std::chrono::milliseconds(50));
            co_await pause.async_wait(as_value);
            continue;
        }
        next_lane = (next_lane + 1) % lanes.size();
        try {
            receive(home, std::move(socket));
        } catch (const std::exception& e) {
            shared.exchanges.log_problem(std::string("a connection: ") + e.what());
        }
    }
}

/// Counts it at once, so that a burst cannot pass the limit while it waits for its lane.
void server::state::receive(lane& home, tcp_socket s) {
    if (open.load() >= options.connections_max) return refuse(home, std::move(s));
    ++open;
    asio::post(home.io, [this, &home, socket = std::move(s)]() mutable {
        try {
            admit(home, std::move(socket));
        } catch (const std::exception& e) {
            --open;
            shared.exchanges.log_problem(std::string("a connection: ") + e.what());
        }
    });
}

/// All bytes of the answer that there is no room.
std::string server::state::refusal() const {
    const exchange e = exchange::refused(
        shared.exchanges, 503, "too many connections are open; try again shortly"
    );
    return e.head(false).append(e.body());
}

/// The send buffer of a new connection is empty, so the answer leaves without waiting. But a close
/// while the client's request lies unread resets the connection, and the answer may be lost with
/// it; so as many as there is room for wait a moment for the client to read, and to agree on TLS.
void server::state::refuse(lane& home, tcp_socket s) {
    shared.numbers->connections_refused.fetch_add(1, std::memory_order_relaxed);
    if (refusals.load() < refusals_max) {
        ++refusals;
        asio::co_spawn(
            home.io.get_executor(),
            refuse_gently(std::move(s)),
            [this](std::exception_ptr) { --refusals; }
        );
        return;
    }
    if (options.identity != nullptr) return;  // a text would not be understood
    error_code ignored;
    s.non_blocking(true, ignored);
    s.write_some(asio::buffer(refusal()), ignored);
}

task<void> server::state::refuse_gently(tcp_socket s) {
    timed_socket socket(std::move(s));
    socket.expires_after(refusal_time);
    if (options.identity != nullptr) {
        auto channel = std::make_unique<tls_channel>(*options.identity->context());
        const auto outcome = co_await socket.secure(std::move(channel));
        if (outcome != tls_channel::step::done) co_return;
    }
    const std::string answer = refusal();
    const timed_socket::parts parts = {asio::buffer(answer)};
    co_await socket.write(parts);
    co_await socket.finish();
    std::array<char, 1024> dropped;
    const auto room = asio::buffer(dropped);
    std::size_t n = 0;
    do {
        n = co_await socket.read_some(room);
    } while (n > 0);
}

void server::state::admit(lane& home, tcp_socket s) {
    auto connection = std::make_shared<session>(shared, std::move(s));
    home.sessions.insert(connection);
    shared.numbers->connections_open.fetch_add(1, std::memory_order_relaxed);
    shared.numbers->connections_total.fetch_add(1, std::memory_order_relaxed);
    asio::co_spawn(
        home.io.get_executor(),
        connection->run(),
        [this, &home, connection](std::exception_ptr problem) {
            home.sessions.erase(connection);
            --open;
            shared.numbers->connections_open.fetch_sub(1, std::memory_order_relaxed);
            if (!problem) return;
            try {
                std::rethrow_exception(problem);
            } catch (const std::exception& e) {
                shared.exchanges.log_problem(std::string("a connection: ") + e.what());
            }
        }
    );
}

task<void> server::state::watch_signals() {
    while (!ended) {
        const auto [ec, signal] = co_await signals->async_wait(as_value);
        if (ec) co_return;
        if (signal == SIGHUP) {
            workers.post(on_hangup);
            continue;
        }
        if (shared.draining) {
            for (auto& l : lanes) l.each_session(&session::cut);
            continue;
        }
        shared.draining = true;
        error_code ignored;
        listener->close(ignored);
        clock->cancel();
        const auto log_end = [](std::exception_ptr) {};
        asio::co_spawn(lanes.front().io.get_executor(), drain(), log_end);
    }
}

task<void> server::state::rescan_regularly() {
    while (!shared.draining) {
        clock->expires_after(rescan_every);
        const auto [ec] = co_await clock->async_wait(as_value);
        if (!ec) workers.post(on_hangup);
    }
}

task<void> server::state::drain() {
    const auto deadline = std::chrono::steady_clock::now() + options.drain;
    timer pause(lanes.front().io.get_executor());
    bool cut = false;
    while (open.load() > 0) {
        const bool late = std::chrono::steady_clock::now() >= deadline;
        for (auto& l : lanes) {
            if (!late) l.each_session(&session::drain);
            if (late && !cut) l.each_session(&session::cut);
        }
        cut = cut || late;
        pause.expires_after(std::chrono::milliseconds(50));
        co_await pause.async_wait(as_value);
    }
    // The cancellation is for a wait that has begun, the flag for one that has not.
    ended = true;
    signals->cancel();
    for (auto& l : lanes) l.work.reset();
}

}  // namespace callstream::http
