#include "server/genomics/imports.hpp"

#include "engine/core/clock.hpp"
#include "engine/core/uuid.hpp"
#include "server/genomics/import_folder.hpp"
#include "server/genomics/wire.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <system_error>

namespace callstream::genomics {
namespace json = boost::json;
namespace {

constexpr int code_unavailable = 14;

/// The project of a data set of either kind.
std::string project_of(const catalog::snapshot& now, const std::string& data_set) {
    for (const auto& set : now.created_data_sets()) {
        if (set.id == data_set) return set.project_id;
    }
    for (const auto& set : now.data_sets()) {
        if (set->id == data_set) return set->project_id;
    }
    return {};
}

/// What a disk that refuses says to clients, who know no paths.
error of_disk(const std::error_code& why) {
    if (why == std::errc::no_space_on_device || why == std::errc::file_too_large)
        return {errc::storage_full, "there is no room for the files"};
    if (why == std::errc::permission_denied || why == std::errc::read_only_file_system ||
        why == std::errc::operation_not_permitted)
        return {errc::precondition, "the server may not write where imported files belong"};
    return {errc::file_unusable, "the files could not be copied: " + why.message()};
}

operation_job job_of(const context& ctx, const std::string& id, import_order& order) {
    operation_job job;
    job.operation_id = id;
    job.bytes = order.bytes;
    job.run = [state = ctx.state, id, work = std::move(order.work)](
                  reads::pass_progress& progress, std::stop_token stop
              ) -> result<std::string> {
        try {
            import_folder folder(state, id);
            return work(folder, progress, stop);
        } catch (const std::system_error& problem) {
            return of_disk(problem.code());
        }
    };
    return job;
}

}  // namespace

result<std::vector<source_file>> sources_of(
    const context& ctx, const std::vector<std::string>& uris
) {
    if (ctx.import_root.empty()) {
        return error{
            errc::not_offered, "this server imports nothing: it was started without --import-root"};
    }
    return find_sources(ctx.import_root, uris);
}

result<http::response> start_import(
    const context& ctx, const http::request& request, import_order order
) {
    const store::kept_operation operation{
        .id = new_uuid(),
        .project = project_of(*visible(ctx, request), order.data_set),
        .kind = order.kind,
        .request = json::serialize(order.request),
        .created_s = now_s()};
    if (auto kept = ctx.store->operations().add(operation); !kept) return kept.error();
    if (auto added = ctx.runner->add(job_of(ctx, operation.id, order)); !added) {
        const store::operation_end refused{
            store::operation_state::failure, code_unavailable, added.error().text};
        if (auto ended = ctx.store->operations().end(operation.id, refused, now_s()); !ended)
            return ended.error();
        return added.error();
    }
    return answer(request, to_json(operation, std::nullopt));
}

std::string last_part(const std::string& name) {
    return name.substr(name.rfind('/') + 1);
}

result<void> settle_interrupted_imports(
    store::operation_store& operations, const std::filesystem::path& state
) {
    import_folder::remove_all(state);
    const auto running = operations.running();
    if (!running) return running.error();
    const store::operation_end how{
        store::operation_state::failure,
        code_unavailable,
        "the server was stopped before it was done"};
    for (const auto& one : *running) {
        if (!one.kind.starts_with("import")) continue;
        if (auto ended = operations.end(one.id, how, now_s()); !ended) return ended.error();
    }
    return {};
}

}  // namespace callstream::genomics
