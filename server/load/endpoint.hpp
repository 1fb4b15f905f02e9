// The server that is measured: its URL and its addresses.
#pragma once

#include "engine/core/error.hpp"

#include <cstdint>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace callstream::load {

struct server_url {
    bool tls = false;
    std::string host;  ///< without the brackets of IPv6
    std::uint16_t port = 80;
    std::string base;  ///< path, without a slash at its end

    /// As the Host field has it.
    std::string authority() const;
};

/// `http://host:port/brapi/v2`, also `https`. Without a path it is BrAPI's, `/brapi/v2`.
result<server_url> parse_server_url(const std::string& text);

/// One byte sequence as a part of a path or query, whatever it holds.
std::string percent_encoded(std::string_view text);

struct socket_address {
    sockaddr_storage bytes{};
    socklen_t size = 0;
};

/// All addresses of a host, in the order in which they are to be tried. Throws std::runtime_error
/// when it has none.
std::vector<socket_address> addresses_of(const std::string& host, std::uint16_t port);

}  // namespace callstream::load
