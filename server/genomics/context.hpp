// What the handlers of Google Genomics v1 need of the server around them.
#pragma once

#include "engine/catalog/catalog_service.hpp"
#include "engine/paging/signing_key.hpp"
#include "engine/reads/coverage_service.hpp"
#include "engine/store/side_store.hpp"
#include "engine/variants/selection.hpp"
#include "server/auth/catalog_view.hpp"
#include "server/auth/gate.hpp"
#include "server/genomics/operation_runner.hpp"
#include "server/genomics/overlays.hpp"
#include "server/http/inner_request.hpp"
#include "server/http/request.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace callstream::genomics {

/// Outlives the routes.
struct context {
    catalog::catalog_service* catalog;
    const auth::catalog_view* view;  ///< of the catalog, for whoever asks
    const paging::signing_key* key;
    store::side_store* store;
    overlay_keeper* overlays = nullptr;
    reads::coverage_service* coverage = nullptr;
    operation_runner* runner = nullptr;
    std::filesystem::path export_root = {};
    std::filesystem::path import_root = {};  ///< empty: nothing can be imported
    std::filesystem::path state = {};        ///< where indexes, imports and scratch files lie
    auth::gate* gate = nullptr;              ///< null: nobody is asked
    http::dispatcher dispatch = {};          ///< of requests inside others
    std::atomic<std::uint64_t>* calls_streamed = nullptr;  ///< null: nobody counts
    std::shared_ptr<variants::selection_cache> selections =
        std::make_shared<variants::selection_cache>();
};

/// What whoever sent the request may see of the catalog.
inline std::shared_ptr<const catalog::snapshot> visible(
    const context& ctx, const http::request& request
) {
    return ctx.view->of(*request.may);
}

}  // namespace callstream::genomics
