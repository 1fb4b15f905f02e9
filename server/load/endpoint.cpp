#include "server/load/endpoint.hpp"

#include "engine/core/parse.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <boost/url/url_view.hpp>

#include <cstring>
#include <memory>
#include <netdb.h>
#include <stdexcept>

namespace callstream::load {
namespace {

struct free_addresses {
    void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

bool needs_brackets(const std::string& host) {
    return host.find(':') != std::string::npos;
}

}  // namespace

std::string server_url::authority() const {
    const bool usual = port == (tls ? 443 : 80);
    return (needs_brackets(host) ? "[" + host + "]" : host) +
           (usual ? "" : ":" + std::to_string(port));
}

result<server_url> parse_server_url(const std::string& text) {
    const auto refused = [&](const char* why) {
        return error{errc::bad_request, "'" + text + "' " + why};
    };
    const auto url = boost::urls::parse_absolute_uri(text);
    if (!url || (url->scheme() != "http" && url->scheme() != "https") || url->host().empty()) {
        return refused("is no address like http://127.0.0.1:8080/brapi/v2");
    }
    if (url->has_query() || url->has_userinfo()) return refused("has more than host and path");
    server_url out;
    out.tls = url->scheme() == "https";
    out.host = url->host_address();
    out.port = out.tls ? 443 : 80;
    if (url->has_port()) {
        const std::string digits(url->port());
        const auto port = parse_integer<std::uint16_t>(digits).value_or(0);
        if (port == 0) return refused("has no port that there is");
        out.port = port;
    }
    out.base = std::string(url->encoded_path());
    while (out.base.ends_with('/')) out.base.pop_back();
    if (out.base.empty()) out.base = "/brapi/v2";
    return out;
}

std::string percent_encoded(std::string_view text) {
    return boost::urls::encode(text, boost::urls::unreserved_chars);
}

std::vector<socket_address> addresses_of(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    if (code != 0) throw std::runtime_error(host + ": " + gai_strerror(code));
    const std::unique_ptr<addrinfo, free_addresses> owner(found);
    std::vector<socket_address> out;
    for (const auto* a = found; a != nullptr; a = a->ai_next) {
        auto& to = out.emplace_back();
        std::memcpy(&to.bytes, a->ai_addr, a->ai_addrlen);
        to.size = a->ai_addrlen;
    }
    return out;
}

}  // namespace callstream::load
