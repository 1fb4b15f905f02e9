// Answers that walk over files and are made while they are sent.
#pragma once

#include "engine/catalog/catalog_service.hpp"
#include "server/genomics/context.hpp"
#include "server/genomics/wire.hpp"
#include "server/streaming/body_source.hpp"

#include <memory>
#include <utility>

namespace callstream::genomics {

/// 200 with the body that `make(chosen, shown)` gives of what `choose()` finds; `shown` is what the
/// request asks for by `fields`. Both once more where a file had been replaced.
template <class Choose, class Make>
result<http::response> streamed(
    const context& ctx, const http::request& request, Choose choose, Make make
) {
    const auto shown = read_fields(request);
    if (!shown) return shown.error();
    return catalog::with_current_files(*ctx.catalog, [&]() -> result<http::response> {
        auto chosen = choose();
        if (!chosen) return chosen.error();
        auto source = make(std::move(*chosen), *shown);
        if (!source) return source.error();
        http::response r;
        r.content_type = json_type;
        r.source = std::move(*source);
        return r;
    });
}

}  // namespace callstream::genomics
