// A request as handlers see it: parsed, decoded, without a socket.
#pragma once

#include "engine/core/spool_file.hpp"
#include "server/auth/rights.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace callstream::http {

enum class verb { get, head, options, post, put, patch, delete_, other };

std::string_view verb_text(verb v);

struct request {
    verb method = verb::get;
    std::string path;                   ///< as sent, without the query
    std::vector<std::string> segments;  ///< of the path, percent-decoded; no empty last one
    std::vector<std::pair<std::string, std::string>> parameters;  ///< decoded, in their order
    std::vector<std::pair<std::string, std::string>> fields;      ///< names in lower case
    bool http_1_1 = true;
    bool keep_alive = true;
    bool expects_continue = false;  ///< waits for `100 Continue` before it sends the body
    std::uint64_t body_bytes = 0;   ///< as Content-Length announces
    /// The body is the query: a GET that was sent as POST with X-HTTP-Method-Override.
    bool query_in_body = false;
    /// Read before the handler runs, gone when it has returned. Its capacity has `body_padding`
    /// bytes more than its size, so a parser may read on behind its end.
    std::string body;
    /// The body instead, where the route keeps it on disk.
    std::shared_ptr<const spool_file> long_body;

    /// Of whoever asks; there before the handler runs.
    auth::rights_ptr may;

    /// The value of a header field, several of one name joined with ", "; empty when absent.
    std::string field(std::string_view lower_case_name) const;
};

/// The values that a route's placeholders took, in the order of the pattern.
using path_values = std::vector<std::string_view>;

}  // namespace callstream::http
