// `callstream store`: the side store in the hands of those who run the server.
#include "engine/store/maintenance.hpp"
#include "engine/store/sqlite_store.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/log.hpp"

#include <algorithm>
#include <iostream>

namespace callstream::cli {
namespace {

int check(const std::filesystem::path& path) {
    const auto report = store::check_store(path);
    if (!report) return failure("store", report.error().text);
    for (const auto& problem : report->problems) std::cout << "problem\t" << problem << "\n";
    if (!report->problems.empty()) {
        return failure("store", "the store is damaged; mend it with callstream store restore FILE");
    }
    std::cout << "sound: schema " << report->version << ", " << report->lists << " lists with "
              << report->list_items << " items, " << report->searches << " searches, "
              << report->tokens << " tokens, " << report->orders << " orders, "
              << report->annotations << " annotations, " << report->entities
              << " written entities and extracts\n";
    return 0;
}

int outcome(const result<void>& done) {
    return done ? 0 : failure("store", done.error().text);
}

int restore_data_set(const std::filesystem::path& path, const std::string& id) {
    store::sqlite_store store(path);
    auto& overlays = store.overlays();
    const auto kept = overlays.all();
    if (!kept) return failure("store", kept.error().text);
    const bool is_hidden =
        std::any_of(kept->changes.begin(), kept->changes.end(), [&](const auto& change) {
            return change.kind == "dataset" && change.id == id && change.hidden_s;
        });
    if (!is_hidden) return failure("store", "no data set with this id was deleted");
    if (const auto shown = overlays.show("dataset", id); !shown)
        return failure("store", shown.error().text);
    std::cout << id
              << " is served again: by a running server within 30 s, or at once after SIGHUP\n";
    return 0;
}

}  // namespace

int store(const store_options& options) {
    const auto path = options.state / "store.db";
    switch (options.what) {
        case store_options::action::check:
            return check(path);
        case store_options::action::backup:
            return outcome(store::back_up_store(path, options.file));
        case store_options::action::restore:
            std::filesystem::create_directories(options.state);
            return outcome(store::restore_store(path, options.file));
        case store_options::action::restore_data_set:
            return restore_data_set(path, options.data_set);
    }
    return 2;
}

}  // namespace callstream::cli
