#include "server/load/ceilings.hpp"

#include "engine/core/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace callstream::load {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::size_t block_bytes = 256 * 1024;
constexpr std::chrono::milliseconds each_time{400};
constexpr std::chrono::seconds decoding_max{30};

void check(bool good, const char* what) {
    if (!good) throw std::system_error(errno, std::generic_category(), what);
}

/// Two ends of one connection over the loopback.
std::pair<unique_fd, unique_fd> connected_pair() {
    unique_fd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    unique_fd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    check(listener && client, "socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    check(bind(listener.get(), any, size) == 0, "bind");
    check(listen(listener.get(), 1) == 0, "listen");
    check(getsockname(listener.get(), any, &size) == 0, "getsockname");
    check(connect(client.get(), any, size) == 0, "connect");
    unique_fd accepted(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    check(static_cast<bool>(accepted), "accept");
    return {std::move(client), std::move(accepted)};
}

/// Until the other end has gone.
void send_ready_blocks(const unique_fd& to) {
    const std::vector<char> block(block_bytes, 'x');
    while (send(to.get(), block.data(), block.size(), MSG_NOSIGNAL) > 0) {
    }
}

double measure_socket_once() {
    auto [client, server] = connected_pair();
    std::jthread sender([end = std::move(server)] { send_ready_blocks(end); });
    std::vector<char> into(block_bytes);
    std::uint64_t bytes = 0;
    const auto begin = steady::now();
    while (steady::now() - begin < each_time) {
        const auto got = recv(client.get(), into.data(), into.size(), 0);
        if (got <= 0) break;
        bytes += static_cast<std::uint64_t>(got);
    }
    const double seconds = std::chrono::duration<double>(steady::now() - begin).count();
    client.reset();  // before the sender is waited for
    return static_cast<double>(bytes) / seconds;
}

double measure_socket(const std::atomic<bool>& stopped) {
    std::array<double, 5> rates{};
    for (double& rate : rates) {
        if (!stopped) rate = measure_socket_once();
    }
    std::sort(rates.begin(), rates.end());
    return rates[rates.size() / 2];
}

hts::decode_rate measure_file(const std::filesystem::path& file, const std::atomic<bool>& stopped) {
    const auto until = steady::now() + decoding_max;
    const auto goes_on = [&] { return !stopped && steady::now() < until; };
    hts::decode_rate best;
    for (int i = 0; i < 3 && goes_on(); ++i) {
        const auto one = hts::measure_decoding(file, goes_on);
        if (one.calls_a_second() > best.calls_a_second()) best = one;
    }
    return best;
}

}  // namespace

ceilings measure_ceilings(const std::filesystem::path& file, const std::atomic<bool>& stopped) {
    ceilings out;
    out.socket_bytes_a_second = measure_socket(stopped);
    if (!file.empty()) out.decoding = measure_file(file, stopped);
    return out;
}

}  // namespace callstream::load
