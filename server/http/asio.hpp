// Asio as this server uses it: concrete executors, one I/O thread per context, coroutines whose
// operations return error codes as values. Included by the few files that touch sockets.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace callstream::http {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

/// Every connection lives on the one thread of its context, so it needs no strand.
using executor = asio::io_context::executor_type;

template <class T>
using task = asio::awaitable<T, executor>;

/// `auto [ec, n] = co_await op(..., as_value);`
constexpr asio::as_tuple_t<asio::use_awaitable_t<executor>> as_value{};

using tcp_socket = asio::basic_stream_socket<tcp, executor>;
using acceptor = asio::basic_socket_acceptor<tcp, executor>;
using timer = asio::basic_waitable_timer<
    std::chrono::steady_clock,
    asio::wait_traits<std::chrono::steady_clock>,
    executor>;

}  // namespace callstream::http
