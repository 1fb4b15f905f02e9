#include "bench/load/modes.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace callstream::bench {
namespace {

/// False when the client has gone.
bool read_request(int socket, std::string& head) {
    constexpr std::size_t head_max = 16 * 1024;
    char into[4096];
    head.clear();
    while (!head.ends_with("\r\n\r\n") && head.size() < head_max) {
        const std::size_t got = receive(socket, into, sizeof into);
        if (got == 0) return false;
        head.append(into, got);
    }
    return true;
}

std::uint64_t wanted_bytes(const std::string& head) {
    constexpr std::size_t number_at = 5;  // behind `GET /`
    std::uint64_t out = 0;
    if (head.size() > number_at) {
        std::from_chars(head.data() + number_at, head.data() + head.size(), out);
    }
    return out;
}

void answer_all(const unique_fd& socket) {
    const std::string ready(transfer_bytes, 'x');
    std::string head;
    // The end of an answer must not wait for acknowledgements; within it full segments are best.
    send_without_delay(socket.get());
    while (read_request(socket.get(), head)) {
        std::uint64_t left = wanted_bytes(head);
        send_all(
            socket.get(),
            "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(left) + "\r\n\r\n",
            left > 0
        );
        while (left > 0) {
            const auto count = std::min<std::uint64_t>(left, ready.size());
            left -= count;
            send_all(socket.get(), std::string_view(ready).substr(0, count), left > 0);
        }
    }
}

void serve_client(unique_fd socket) {
    try {
        answer_all(socket);
    } catch (const std::exception&) {
        // The client has what it wanted, or has gone: nobody is left to be told.
    }
}

}  // namespace

void serve_ready_bytes() {
    std::uint16_t port = 0;
    const auto listener = listen_on_loopback(port);
    std::thread([&listener] {
        while (true) {
            unique_fd client(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (client) std::thread(serve_client, std::move(client)).detach();
        }
    }).detach();
    std::printf("%u\n", port);
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    _exit(0);  // with clients of any kind still connected
}

}  // namespace callstream::bench
