#include "engine/catalog/column_maker.hpp"

#include <chrono>
#include <exception>
#include <utility>

namespace callstream::catalog {
namespace {

/// Between two looks at the catalog while there is nothing to do.
constexpr std::chrono::milliseconds rest{500};

bool lacks_columns(const variants::variant_file& file) {
    const auto index = file.index();
    const bool has_genotypes = index && index->records() > 0 && !file.header().samples.empty();
    return has_genotypes && !file.columns();
}

}  // namespace

column_maker::column_maker(
    const catalog_service& catalog, std::filesystem::path state, catalog_service::logger log
)
    : catalog_(catalog),
      index_folder_(std::move(state) / "index"),
      log_(std::move(log)),
      thread_([this](std::stop_token stop) { run(std::move(stop)); }) {}

column_maker::~column_maker() = default;

void column_maker::run(std::stop_token stop) {
    while (!stop.stop_requested()) {
        if (const auto file = next_file()) {
            make_one(file, stop);
            continue;
        }
        std::unique_lock lock(mutex_);
        pause_.wait_for(lock, stop, rest, [] { return false; });
    }
}

/// Null while nothing is to be done. A file that failed waits for the next scan of the folder.
column_maker::file_ptr column_maker::next_file() {
    // The snapshot first: what it has that is not indexed is then still waiting.
    const auto now = catalog_.current();
    if (now == looked_at_ || catalog_.indexing().waiting > 0) return nullptr;
    for (const auto& [found, file] : now->files()) {
        if (lacks_columns(*file) && !failed_.contains(file)) return file;
    }
    looked_at_ = now;
    failed_.clear();
    return nullptr;
}

void column_maker::make_one(const file_ptr& file, std::stop_token stop) {
    const auto name = file->path().filename().string();
    try {
        const auto made = file->make_columns(index_folder_, bytes_done_, stop);
        if (made) return log_("the columns of " + name + " are there");
        if (stop.stop_requested()) return;
        log_("the columns of " + name + " have to wait: " + made.error().text);
    } catch (const std::exception& e) {
        // A full disk, say: answers come from the records.
        log_("the columns of " + name + " could not be made: " + e.what());
    }
    failed_.insert(file);
}

}  // namespace callstream::catalog
