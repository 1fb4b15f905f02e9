// Requests as a client would write them.
#pragma once

#include "server/http/request_head.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace callstream::testing {

/// The bytes of a head with these field lines, each without its line end.
inline std::string head_text(
    const std::string& request_line, const std::vector<std::string>& field_lines = {"Host: test"}
) {
    std::string out = request_line + "\r\n";
    for (const auto& line : field_lines) out += line + "\r\n";
    return out + "\r\n";
}

/// A sound request, for tests that are about what follows.
inline http::request make_request(
    const std::string& method_and_target, std::vector<std::string> field_lines = {}
) {
    field_lines.insert(field_lines.begin(), "Host: test");
    auto parsed = http::parse_request_head(head_text(method_and_target + " HTTP/1.1", field_lines));
    if (!parsed) throw std::invalid_argument(method_and_target + ": " + parsed.error().text);
    return std::move(*parsed);
}

/// A request whose head announces `body`, with the body in it as a session would put it there.
inline http::request make_request_with_body(
    const std::string& method_and_target,
    std::string body,
    std::vector<std::string> field_lines = {}
) {
    field_lines.push_back("Content-Type: application/json");
    field_lines.push_back("Content-Length: " + std::to_string(body.size()));
    auto r = make_request(method_and_target, std::move(field_lines));
    r.body = std::move(body);
    return r;
}

inline http::request make_post(
    const std::string& target, std::string body, std::vector<std::string> field_lines = {}
) {
    return make_request_with_body("POST " + target, std::move(body), std::move(field_lines));
}

}  // namespace callstream::testing
