// `callstream index`: builds what the server would build in the background.
#include "engine/variants/neighbour_index.hpp"
#include "server/cli/columns_task.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/index_run.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>

namespace callstream::cli {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

/// Puts our CSI beside each file that has none that can be used. Returns how many.
std::size_t write_beside(const catalog::snapshot& now, const fs::path& state) {
    std::size_t written = 0;
    for (const auto& [found, file] : now.files()) {
        const auto derived =
            variants::derived_files::in(state / "index", file->provisional_fingerprint());
        if (!file->index() || !fs::exists(derived.csi)) continue;
        if (variants::usable_neighbour_index(file->path(), file->identity())) continue;
        auto beside = file->path();
        beside += ".csi";
        const auto temporary = temporary_beside(beside);
        fs::copy_file(derived.csi, temporary);
        fs::rename(temporary, beside);
        ++written;
    }
    return written;
}

/// Columns of all files that have calls. Adds what could not be made to the failures, and whether
/// it was stopped.
index_result make_columns(const index_run& run, index_result& done) {
    std::vector<std::shared_ptr<indexable>> todo;
    std::size_t kept = 0;
    for (const auto& [found, file] : done.catalog->files()) {
        if (!file->index() || file->header().samples.empty()) continue;
        auto task = std::make_shared<columns_task>(file);
        if (task->find_index(run.state / "index", {})) {
            ++kept;
        } else {
            todo.push_back(std::move(task));
        }
    }
    auto made = run_passes(run, std::move(todo), "columns made");
    made.kept = kept;
    done.failures.insert(done.failures.end(), made.failures.begin(), made.failures.end());
    done.stopped = made.stopped;
    return made;
}

}  // namespace

int index(const index_options& options) {
    const auto form = options.json ? progress_form::program : progress_form::person;
    const index_run run{options.folder, options.state, options.threads, form};
    auto done = run_index_passes(run);
    index_result columns;
    if (options.columns && !done.stopped) columns = make_columns(run, done);
    const std::size_t beside =
        options.beside && !done.stopped ? write_beside(*done.catalog, options.state) : 0;
    const auto problems = done.catalog->problems().size() + done.failures.size();
    if (options.json) {
        json::object line{
            {"complete", !done.stopped},
            {"indexed", done.built},
            {"kept", done.kept},
            {"problems", problems},
            {"writtenBeside", beside}};
        if (options.columns) line["columnsMade"] = columns.built;
        if (options.columns) line["columnsKept"] = columns.kept;
        std::cout << json::serialize(line) << "\n";
    } else {
        std::cout << done.built << " indexed, " << done.kept << " were already, " << problems
                  << " problems" << (problems > 0 ? " (see callstream check)" : "") << "\n";
        if (options.columns) {
            std::cout << columns.built << " columns made, " << columns.kept << " were already\n";
        }
        if (options.beside) std::cout << beside << " written beside their files\n";
        if (done.stopped) std::cout << "stopped; the next run goes on from here\n";
    }
    return problems > 0 || done.stopped ? 1 : 0;
}

}  // namespace callstream::cli
