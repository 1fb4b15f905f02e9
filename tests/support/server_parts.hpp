// What every server of a test stands on, without sockets: the catalog of a folder, the store, and
// BrAPI's context.
#pragma once

#include "engine/store/sqlite_store.hpp"
#include "server/brapi/context.hpp"
#include "server/http/metrics.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <utility>

namespace callstream::testing {

/// Those who derive from it add routes. `work` is for BrAPI's temporary files.
struct server_parts {
    server_parts(
        const std::filesystem::path& data,
        const std::filesystem::path& state,
        const std::filesystem::path& work,
        std::function<void(const std::string&)> log
    )
        : catalog(data, state, std::move(log)),
          store(state / "store.db"),
          brapi_context{
              .catalog = &catalog,
              .view = &view,
              .tokens = &tokens,
              .store = &store,
              .calls_streamed = &numbers.calls_streamed,
              .description = {},
              .work_folder = work} {}
    server_parts(const server_parts&) = delete;
    server_parts& operator=(const server_parts&) = delete;

    catalog::catalog_service catalog;
    store::sqlite_store store;
    paging::token_signer tokens{"a secret of enough bytes"};
    http::metrics numbers;
    http::router routes;
    streaming::block_pool blocks{64 * streaming::block_bytes};
    auth::catalog_view view{catalog};
    brapi::context brapi_context;
};

}  // namespace callstream::testing
