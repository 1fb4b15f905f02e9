// POST /v1/readgroupsets/{readGroupSetId}:export: reads as a BAM below the folder for exports.
#include "server/genomics/exports.hpp"

#include "engine/catalog/reads_reference.hpp"
#include "engine/core/clock.hpp"
#include "engine/core/uuid.hpp"
#include "engine/reads/bam_export.hpp"
#include "server/genomics/operation_runner.hpp"
#include "server/genomics/read_group_sets.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/wire.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>

namespace callstream::genomics {
namespace fs = std::filesystem;
namespace json = boost::json;
namespace {

struct export_message {
    std::string project;
    std::string uri;
    std::vector<std::string> references;
};

result<export_message> read_message(const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    auto project = required_text(body, "projectId");
    if (!project) return project.error();
    auto uri = required_text(body, "exportUri");
    if (!uri) return uri.error();
    auto references = body.text_list("referenceNames");
    if (!references) return references.error();
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    return export_message{std::move(*project), std::move(*uri), std::move(*references)};
}

error wrong_uri() {
    return {
        errc::bad_request,
        "exportUri must be file:NAME or gs://bucket/name, with names of letters, digits, '.', '_' "
        "and '-' that do not begin with a dot"};
}

json::object to_json(const export_message& wanted, std::string_view id) {
    return {
        {"exportUri", wanted.uri},
        {"projectId", wanted.project},
        {"readGroupSetId", id},
        {"referenceNames", json::array(wanted.references.begin(), wanted.references.end())},
    };
}

/// The job keeps the file open, so it reads what was there when it was asked for.
operation_job job_of(
    const context& ctx,
    const catalog::snapshot& now,
    const catalog::read_group_set& set,
    reads::record_selection selection,
    fs::path target
) {
    reads::cram_decoding decoding;
    decoding.scratch = ctx.export_root;
    if (const auto* reference = catalog::reference_of(now, set))
        decoding.fasta = reference->fasta->path();
    operation_job job;
    job.bytes = set.file->identity().size;
    job.run = [file = set.file, selection = std::move(selection), decoding, target](
                  reads::pass_progress& progress, std::stop_token stop
              ) -> result<std::string> {
        fs::create_directories(target.parent_path());
        const auto done = reads::export_bam(*file, selection, decoding, target, progress, stop);
        if (!done) return done.error();
        return std::string();
    };
    return job;
}

result<http::response> start(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto wanted = read_message(request);
    if (!wanted) return wanted.error();
    const auto now = visible(ctx, request);
    const auto set = find_read_group_set(*now, id);
    if (!set) return set.error();
    const auto target = export_target(ctx.export_root, wanted->uri);
    if (!target) return target.error();
    auto selection = reads::select_records(*(*set)->file, wanted->references);
    if (!selection) return error{errc::bad_request, selection.error().text};
    if (fs::exists(*target))
        return error{errc::conflict, "there is an export of this name already"};
    const store::kept_operation operation{
        .id = new_uuid(),
        .project = wanted->project,
        .kind = "export",
        .request = json::serialize(to_json(*wanted, id)),
        .created_s = now_s()};
    if (auto kept = ctx.store->operations().add(operation); !kept) return kept.error();
    auto job = job_of(ctx, *now, **set, std::move(*selection), *target);
    job.operation_id = operation.id;
    if (auto added = ctx.runner->add(std::move(job)); !added) {
        constexpr int code_unavailable = 14;
        const store::operation_end refused{
            store::operation_state::failure, code_unavailable, added.error().text};
        if (auto ended = ctx.store->operations().end(operation.id, refused, now_s()); !ended)
            return ended.error();
        return added.error();
    }
    return answer(request, genomics::to_json(operation, std::nullopt));
}

}  // namespace

bool is_plain_name(std::string_view name) {
    constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    constexpr std::size_t bytes_max = 200;
    return !name.empty() && name.size() <= bytes_max && name.front() != '.' &&
           name.find_first_not_of(allowed) == std::string_view::npos;
}

result<fs::path> export_target(const fs::path& root, std::string_view uri) {
    fs::path target = root;
    std::string_view rest = uri;
    bool in_bucket = false;
    if (rest.starts_with("file:")) {
        rest.remove_prefix(5);
    } else if (rest.starts_with("gs://")) {
        rest.remove_prefix(5);
        in_bucket = true;
    } else {
        return wrong_uri();
    }
    std::size_t parts = 0;
    for (std::size_t at = 0; at <= rest.size(); ++parts) {
        const auto end = std::min(rest.find('/', at), rest.size());
        const auto name = rest.substr(at, end - at);
        if (!is_plain_name(name)) return wrong_uri();
        target /= name;
        at = end + 1;
    }
    if (in_bucket ? parts < 2 : parts > 1) return wrong_uri();
    return target;
}

namespace {

/// What an export that was killed had written until then.
void remove_unfinished(const fs::path& target) {
    const auto begin = target.filename().string() + ".";
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(target.parent_path(), ignored)) {
        const auto name = entry.path().filename().string();
        if (name.starts_with(begin) && name.ends_with(".new")) fs::remove(entry.path(), ignored);
    }
}

}  // namespace

result<void> settle_interrupted(store::operation_store& operations, const fs::path& root) {
    const auto running = operations.running();
    if (!running) return running.error();
    constexpr int code_unavailable = 14;
    for (const auto& one : *running) {
        if (one.kind != "export") continue;
        const auto request = json::parse(one.request).as_object();
        const auto target =
            export_target(root, std::string_view(request.at("exportUri").as_string()));
        // It was not there when the export began, and appears only when all of it is on the disk.
        const bool is_done = target && fs::exists(*target);
        if (target) remove_unfinished(*target);
        const store::operation_end how = is_done ? store::operation_end{}
                                                 : store::operation_end{
                                                       store::operation_state::failure,
                                                       code_unavailable,
                                                       "the server was stopped before it was done"};
        if (auto ended = operations.end(one.id, how, now_s()); !ended) return ended.error();
    }
    return {};
}

void add_export_routes(http::router& routes, const context& ctx) {
    routes.add(
        writing_route(http::verb::post, "/v1/readgroupsets/{readGroupSetId}:export", ctx, start)
    );
}

}  // namespace callstream::genomics
