// Blocking sockets on the loopback, and what the modes of the load client have in common.
#pragma once

#include "engine/core/file.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::bench {

using steady = std::chrono::steady_clock;
double seconds_since(steady::time_point start);

/// What every mode asks for.
struct target_options {
    std::uint16_t port = 0;
    std::vector<std::string> targets;  ///< path and query
    std::vector<std::string> headers;  ///< `Name: value`
    std::size_t connections = 1;
};

/// Size of a `recv`, and of the buffer that the socket ceiling sends: a block of our server.
constexpr std::size_t transfer_bytes = 256 * 1024;

/// Connects to 127.0.0.1. `receive_buffer` in bytes, 0 for the system's. A read that waits longer
/// than 30 s fails. Throws std::system_error, as all of these.
unique_fd connect_to(std::uint16_t port, int receive_buffer = 0);
/// Listens on a free port of 127.0.0.1.
unique_fd listen_on_loopback(std::uint16_t& port);
/// Small pieces go out as they come, instead of waiting until the peer has acknowledged others.
void send_without_delay(int socket);
/// `more`: the rest follows at once, so that the kernel may join the two.
void send_all(int socket, std::string_view bytes, bool more = false);
/// 0 at the end of the stream.
std::size_t receive(int socket, char* into, std::size_t size);
/// The whole head of a GET.
std::string request_text(const target_options& options, const std::string& target);
/// Keeps the process on one core: where sender and receiver take turns, the scheduler puts them on
/// one core or on two as it likes, and a megabyte takes a quarter of the time on one.
void stay_on_core(std::size_t core);
/// As many descriptors as the system allows.
void raise_descriptor_limit();

/// The element at `share` (0 to 1) in order; 0 when there is none.
double quantile(std::vector<float>& values, double share);

}  // namespace callstream::bench
