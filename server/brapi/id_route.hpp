// GET of what one id in a path names, or of what belongs to it.
#pragma once

#include "server/brapi/context.hpp"
#include "server/http/router.hpp"

#include <string>
#include <utility>
#include <vector>

namespace callstream::brapi {

/// `at_once(ctx, request, id)` is tried first, see http::handler_at_once; where it has no answer,
/// `answer(ctx, request, id)` runs on a worker thread. `ctx` outlives the route.
template <class Answer, class AtOnce>
void add_id_route_at_once(
    http::router& routes, const context& ctx, std::string pattern, Answer answer, AtOnce at_once
) {
    routes.add({
        .method = http::verb::get,
        .pattern = std::move(pattern),
        .blocking = true,
        .at_once = [&ctx, at_once](
                       const auto& request, const auto& values
                   ) { return at_once(ctx, request, values[0]); },
        .handle = [&ctx, answer](
                      const auto& request, const auto& values
                  ) { return answer(ctx, request, values[0]); },
    });
}

/// `answer(ctx, request, id)` runs on a worker thread. `ctx` outlives the route.
template <class Answer>
void add_id_route(
    http::router& routes,
    const context& ctx,
    std::string pattern,
    Answer answer,
    std::vector<std::string> content_types = {"application/json"}
) {
    routes.add({
        .method = http::verb::get,
        .pattern = std::move(pattern),
        .blocking = true,
        .handle = [&ctx, answer](
                      const auto& request, const auto& values
                  ) { return answer(ctx, request, values[0]); },
        .content_types = std::move(content_types),
    });
}

}  // namespace callstream::brapi
