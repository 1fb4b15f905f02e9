#include "bench/load/modes.hpp"
#include "server/load/answer_reader.hpp"

#include <array>
#include <cstdio>
#include <stdexcept>
#include <sys/epoll.h>

namespace callstream::bench {
namespace {

constexpr std::size_t latencies_max = 20'000'000;

struct per_target {
    std::string request;
    std::vector<float> microseconds;
    std::uint64_t body_bytes = 0;
    std::uint64_t refused = 0;  // statuses other than 2xx
};

struct connection {
    unique_fd socket;
    load::answer_reader answer;
    std::size_t target = 0;
    steady::time_point sent;
};

/// One thread for all connections, so that the client costs as little as it can.
class repeater {
 public:
    explicit repeater(const repeat_options& options)
        : options_(options), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
        for (const auto& target : options.to.targets) {
            targets_.push_back({request_text(options.to, target), {}});
        }
        connections_.resize(options.to.connections);
        for (std::size_t i = 0; i < connections_.size(); ++i) {
            connections_[i].socket = connect_to(options.to.port);
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u64 = i;
            const int socket = connections_[i].socket.get();
            if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event) != 0) {
                throw std::runtime_error("epoll_ctl failed");
            }
        }
    }

    void run() {
        start_ = steady::now();
        for (auto& c : connections_) ask(c);
        while (open_ > 0) wait();
        seconds_ = seconds_since(start_);
    }

    void print() {
        std::uint64_t requests = 0;
        for (const auto& t : targets_) requests += t.microseconds.size();
        std::printf(
            "{\"connections\":%zu,\"requests\":%llu,\"seconds\":%.6f,\"targets\":[",
            connections_.size(),
            static_cast<unsigned long long>(requests),
            seconds_
        );
        const char* comma = "";
        for (auto& t : targets_) {
            std::printf(
                "%s{\"requests\":%zu,\"refused\":%llu,\"body_bytes\":%llu,\"p50_us\":%.1f,"
                "\"p99_us\":%.1f}",
                comma,
                t.microseconds.size(),
                static_cast<unsigned long long>(t.refused),
                static_cast<unsigned long long>(t.body_bytes),
                quantile(t.microseconds, 0.5),
                quantile(t.microseconds, 0.99)
            );
            comma = ",";
        }
        std::puts("]}");
    }

 private:
    bool is_over() const {
        const std::uint64_t most = options_.requests > 0 ? options_.requests : latencies_max;
        return asked_ >= most || seconds_since(start_) >= options_.seconds;
    }

    void ask(connection& c) {
        if (is_over()) return;
        c.target = asked_++ % targets_.size();
        c.answer.restart();
        c.sent = steady::now();
        send_all(c.socket.get(), targets_[c.target].request);
        ++open_;
    }

    void wait() {
        constexpr int patience_ms = 30'000;
        std::array<epoll_event, 64> events;
        const int ready =
            epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), patience_ms);
        if (ready <= 0) throw std::runtime_error("no answer within 30 s");
        for (int i = 0; i < ready; ++i) {
            read(connections_[events[static_cast<std::size_t>(i)].data.u64]);
        }
    }

    void read(connection& c) {
        const std::size_t got = receive(c.socket.get(), into_.data(), into_.size());
        if (got == 0) throw std::runtime_error("a connection was closed");
        if (c.answer.feed({into_.data(), got}) != got) {
            throw std::runtime_error("more than was asked for");
        }
        if (!c.answer.is_complete()) return;
        auto& t = targets_[c.target];
        t.microseconds.push_back(static_cast<float>(seconds_since(c.sent) * 1e6));
        t.body_bytes += c.answer.body_bytes();
        if (c.answer.status() / 100 != 2) ++t.refused;
        --open_;
        ask(c);
    }

    const repeat_options& options_;
    unique_fd epoll_;
    std::vector<per_target> targets_;
    std::vector<connection> connections_;
    std::vector<char> into_ = std::vector<char>(transfer_bytes);
    std::uint64_t asked_ = 0;
    std::size_t open_ = 0;  // requests without an answer
    steady::time_point start_;
    double seconds_ = 0;
};

}  // namespace

void repeat(const repeat_options& options) {
    repeater r(options);
    r.run();
    r.print();
}

}  // namespace callstream::bench
