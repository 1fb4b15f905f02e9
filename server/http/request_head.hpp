// From the bytes of a request head to a request, and every reason to refuse one. Stricter than
// Beast 1.81, which accepts several forms that let two parsers disagree about where a request ends.
#pragma once

#include "server/http/request.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace callstream::http {

constexpr std::size_t head_bytes_max = 16 * 1024;
constexpr std::size_t target_bytes_max = 8 * 1024;

/// A request that is answered without being handled; the connection closes after it.
struct refusal {
    int status;
    std::string text;
};
[[noreturn]] void throw_exception_from_error(const refusal& r, const boost::source_location&);

/// `head` ends with the empty line. A body may follow only as Content-Length says, and only where
/// the method gives it a meaning; whether the route takes it is decided later.
boost::system::result<request, refusal> parse_request_head(std::string_view head);

/// The parameters of a query that came as a body (application/x-www-form-urlencoded), as strict as
/// those of a target. Nothing when it is none.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_form(std::string_view text);

}  // namespace callstream::http
