// Makes columns of the files of a catalog in the background, for those that have none, or only
// damaged ones or those of an earlier version. One file at a time, behind the index passes, which
// more depends on.
#pragma once

#include "engine/catalog/catalog_service.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

namespace callstream::catalog {

/// Thread-safe. The catalog outlives it.
class column_maker {
 public:
    /// Begins at once. `state` is that of the catalog; `log` is called from any thread.
    column_maker(
        const catalog_service& catalog, std::filesystem::path state, catalog_service::logger log
    );
    /// Stops; what was made of the file in work is kept, and the next run goes on there.
    ~column_maker();

 private:
    using file_ptr = std::shared_ptr<variants::variant_file>;

    void run(std::stop_token stop);
    file_ptr next_file();
    void make_one(const file_ptr& file, std::stop_token stop);

    const catalog_service& catalog_;
    std::filesystem::path index_folder_;
    catalog_service::logger log_;
    std::atomic<std::uint64_t> bytes_done_{0};
    std::shared_ptr<const snapshot> looked_at_;  // in which nothing was left to do
    std::set<file_ptr> failed_;                  // since `looked_at_` became another one
    std::mutex mutex_;
    std::condition_variable_any pause_;
    std::jthread thread_;  // last: it uses all of the above
};

}  // namespace callstream::catalog
