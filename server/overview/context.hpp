// What the handlers of the overview need of the server around them.
#pragma once

#include "engine/catalog/catalog_service.hpp"
#include "server/auth/catalog_view.hpp"
#include "server/http/request.hpp"
#include "server/overview/answer_cache.hpp"

#include <filesystem>
#include <memory>

namespace callstream::overview {

/// Outlives the routes.
struct context {
    catalog::catalog_service* catalog;
    const auth::catalog_view* view;  ///< of the catalog, for whoever asks
    std::filesystem::path index_folder;
    std::shared_ptr<answer_cache> answers = std::make_shared<answer_cache>();
};

/// What whoever sent the request may see of the catalog.
inline std::shared_ptr<const catalog::snapshot> visible(
    const context& ctx, const http::request& request
) {
    return ctx.view->of(*request.may);
}

}  // namespace callstream::overview
