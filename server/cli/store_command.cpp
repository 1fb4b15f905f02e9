// `callstream store`: the side store in the hands of those who run the server.
#include "engine/store/maintenance.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/log.hpp"

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
              << report->tokens << " tokens\n";
    return 0;
}

int outcome(const result<void>& done) {
    return done ? 0 : failure("store", done.error().text);
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
    }
    return 2;
}

}  // namespace callstream::cli
