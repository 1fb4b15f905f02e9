#include "bench/load/connection.hpp"

#include <algorithm>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <system_error>

namespace callstream::bench {
namespace {

constexpr int backlog = 4096;
constexpr timeval read_timeout{30, 0};

void check(bool good, const char* what) {
    if (!good) throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

template <class T>
void set_option(int socket, int level, int name, const T& value) {
    check(setsockopt(socket, level, name, &value, sizeof value) == 0, "setsockopt");
}

}  // namespace

double seconds_since(steady::time_point start) {
    return std::chrono::duration<double>(steady::now() - start).count();
}

unique_fd connect_to(std::uint16_t port, int receive_buffer) {
    unique_fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    check(static_cast<bool>(fd), "socket");
    // Before connecting, because the window is agreed on then.
    if (receive_buffer > 0) set_option(fd.get(), SOL_SOCKET, SO_RCVBUF, receive_buffer);
    const auto address = loopback(port);
    check(
        connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
        "connect"
    );
    send_without_delay(fd.get());
    set_option(fd.get(), SOL_SOCKET, SO_RCVTIMEO, read_timeout);
    return fd;
}

unique_fd listen_on_loopback(std::uint16_t& port) {
    unique_fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    check(static_cast<bool>(fd), "socket");
    auto address = loopback(0);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    check(bind(fd.get(), any, size) == 0, "bind");
    check(listen(fd.get(), backlog) == 0, "listen");
    check(getsockname(fd.get(), any, &size) == 0, "getsockname");
    port = ntohs(address.sin_port);
    return fd;
}

void send_without_delay(int socket) {
    set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
}

void send_all(int socket, std::string_view bytes, bool more) {
    const int flags = MSG_NOSIGNAL | (more ? MSG_MORE : 0);
    while (!bytes.empty()) {
        const ssize_t sent = send(socket, bytes.data(), bytes.size(), flags);
        if (sent < 0 && errno == EINTR) continue;
        check(sent >= 0, "send");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::size_t receive(int socket, char* into, std::size_t size) {
    ssize_t got = 0;
    do {
        got = recv(socket, into, size, 0);
    } while (got < 0 && errno == EINTR);
    check(got >= 0, "recv");
    return static_cast<std::size_t>(got);
}

std::string request_text(const target_options& options, const std::string& target) {
    std::string out = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n";
    for (const auto& header : options.headers) out += header + "\r\n";
    return out + "\r\n";
}

void stay_on_core(std::size_t core) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    check(sched_setaffinity(0, sizeof cores, &cores) == 0, "sched_setaffinity");
}

void raise_descriptor_limit() {
    rlimit limit{};
    check(getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    check(setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit");
}

double quantile(std::vector<float>& values, double share) {
    if (values.empty()) return 0;
    const auto last = static_cast<double>(values.size() - 1);
    const auto at = values.begin() + static_cast<long>(share * last);
    std::nth_element(values.begin(), at, values.end());
    return static_cast<double>(*at);
}

}  // namespace callstream::bench
