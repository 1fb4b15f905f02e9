// Routes as this dialect's handlers want them: all may wait for files or the store.
#pragma once

#include "server/genomics/context.hpp"
#include "server/genomics/wire.hpp"
#include "server/http/router.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace callstream::genomics {

constexpr std::uint64_t message_bytes_max = 4 << 20;

/// `handle(ctx, request)`, or `handle(ctx, request, id)` for a pattern with a placeholder.
template <class Handle>
http::route route_of(http::verb method, std::string pattern, const context& ctx, Handle handle) {
    const bool has_body =
        method == http::verb::post || method == http::verb::put || method == http::verb::patch;
    http::route r;
    r.method = method;
    r.pattern = std::move(pattern);
    r.blocking = true;
    r.body_bytes_max = has_body ? message_bytes_max : 0;
    r.handle = [&ctx, handle](
                   const http::request& request, const http::path_values& values
               ) -> result<http::response> {
        if constexpr (std::is_invocable_v<Handle, const context&, const http::request&>) {
            return handle(ctx, request);
        } else {
            return handle(ctx, request, values[0]);
        }
    };
    return r;
}

/// Changes what the store keeps, unless the answer could not be given as it is asked for.
template <class Handle>
http::route writing_route(
    http::verb method, std::string pattern, const context& ctx, Handle handle
) {
    auto r = route_of(method, std::move(pattern), ctx, handle);
    r.scope = auth::scope::write;
    r.handle = [handle = std::move(r.handle
                )](const auto& request, const auto& values) -> result<http::response> {
        if (auto fine = check_form(request); !fine) return fine.error();
        return handle(request, values);
    };
    return r;
}

}  // namespace callstream::genomics
