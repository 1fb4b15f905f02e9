#include "bench/load/modes.hpp"
#include "server/load/answer_reader.hpp"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>

namespace callstream::bench {
namespace {

/// Readers that take 4 KiB every 50 ms each: alive, and far below what the server makes.
class slow_readers {
 public:
    explicit slow_readers(const crowd_options& options) {
        constexpr int receive_buffer = 4096;
        const auto request = request_text(options.to, options.to.targets.front());
        for (std::size_t i = 0; i < options.slow; ++i) {
            sockets_.push_back(connect_to(options.to.port, receive_buffer));
            send_all(sockets_.back().get(), request);
        }
        alive_ = sockets_.size();
        thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }

    std::size_t alive() const { return alive_; }

 private:
    void run(const std::stop_token& stop) {
        std::vector<char> into(4096);
        while (!stop.stop_requested()) {
            for (auto& socket : sockets_) {
                if (!socket) continue;
                const auto got = recv(socket.get(), into.data(), into.size(), MSG_DONTWAIT);
                if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) continue;
                socket.reset();
                --alive_;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    }

    std::vector<unique_fd> sockets_;
    std::atomic<std::size_t> alive_{0};
    std::jthread thread_;
};

std::size_t count_open(const std::vector<unique_fd>& idle) {
    std::size_t open = 0;
    for (const auto& socket : idle) {
        char byte = 0;
        const auto got = recv(socket.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK);
        if (got < 0 && errno == EAGAIN) ++open;
    }
    return open;
}

/// Reads answers one after the other until time is up; body bytes.
std::uint64_t read_until(steady::time_point end, const target_options& to) {
    std::vector<char> into(transfer_bytes);
    std::uint64_t total = 0;
    while (steady::now() < end) {
        const auto socket = connect_to(to.port);
        send_all(socket.get(), request_text(to, to.targets.front()));
        load::answer_reader answer;
        while (!answer.is_complete() && steady::now() < end) {
            const std::size_t got = receive(socket.get(), into.data(), into.size());
            if (got == 0) throw std::runtime_error("an answer was cut");
            answer.feed({into.data(), got});
        }
        if (answer.status() != 200) throw std::runtime_error("an answer was refused");
        total += answer.body_bytes();
    }
    return total;
}

/// Bytes per second of all fast readers together.
double fast_rate(const crowd_options& options) {
    std::atomic<std::uint64_t> total{0};
    std::atomic<bool> failed{false};
    const auto start = steady::now();
    const auto end = start + std::chrono::duration_cast<steady::duration>(
                                 std::chrono::duration<double>(options.seconds)
                             );
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < options.fast; ++i) {
            threads.emplace_back([&] {
                try {
                    total += read_until(end, options.to);
                } catch (const std::exception& e) {
                    std::fprintf(stderr, "fast client: %s\n", e.what());
                    failed = true;
                }
            });
        }
    }
    if (failed) throw std::runtime_error("a fast client was disturbed");
    return static_cast<double>(total) / seconds_since(start);
}

}  // namespace

void crowd(const crowd_options& options) {
    const double alone = fast_rate(options);
    std::vector<unique_fd> idle;
    for (std::size_t i = 0; i < options.idle; ++i) idle.push_back(connect_to(options.to.port));
    const slow_readers slow(options);
    // Until the server has rendered what it may for them.
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    const double crowded = fast_rate(options);
    std::printf(
        "{\"fast\":%zu,\"alone_bytes_per_second\":%.0f,\"crowded_bytes_per_second\":%.0f,"
        "\"idle_open\":%zu,\"slow_open\":%zu}\n",
        options.fast,
        alone,
        crowded,
        count_open(idle),
        slow.alive()
    );
}

}  // namespace callstream::bench
