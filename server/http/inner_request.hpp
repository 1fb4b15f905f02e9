// A request that came inside another one, answered as if it had come by itself: the same routing,
// rights, limits and errors.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace callstream::http {

struct exchange_context;

/// How long the body of an answer may be that goes inside another one.
constexpr std::size_t inner_body_bytes_max = std::size_t{1} << 20;

/// The answer as the bytes of HTTP/1.1, of a request whose head ends with the empty line and says
/// how long `body` is. What cannot stand inside another request, by what it sends or by how much it
/// answers, is refused in its answer. Blocks; runs on any thread.
using dispatcher = std::function<std::string(std::string_view head, std::string body)>;

/// As `dispatcher`. Throws std::bad_alloc alone.
std::string answer_inner(const exchange_context& context, std::string_view head, std::string body);

}  // namespace callstream::http
