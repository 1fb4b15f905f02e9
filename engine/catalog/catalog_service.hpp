// Keeps the catalog in step with the folder: the current snapshot, rescans, and the background
// thread that runs index passes.
#pragma once

#include "engine/catalog/catalog.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace callstream::catalog {

/// Thread-safe.
class catalog_service {
 public:
    using logger = std::function<void(const std::string&)>;

    /// Scans `root`, and what was published into it, at once. Derived files go below `state`. `log`
    /// is called from any thread.
    catalog_service(std::filesystem::path root, std::filesystem::path state, logger log);
    ~catalog_service();

    std::shared_ptr<const snapshot> current() const;

    /// Looks at the folder again and makes what it finds current; files whose index pass failed
    /// are queued again. Blocks until a scan that began after the call has ended; callers that come
    /// together share one. Open answers keep the files they have.
    void rescan();

    /// Variant files that are about to appear, whose indexes were made before: the first scan that
    /// meets them knows whether they are parts of a whole, which otherwise waits for their passes.
    /// In place of those of an earlier call.
    void expect(std::set<std::filesystem::path> files);

    /// What clients changed, from now on; null: nothing. Open answers go on as they began. The
    /// snapshot stays the same one while nothing new is said.
    void change(std::shared_ptr<const overlay> changes);

    /// Lets the index passes of these files come next.
    void index_soon(const variants::file_list& files);

    struct index_state {
        std::size_t waiting = 0;  ///< files whose pass has not ended
        std::uint64_t bytes_left = 0;
    };
    index_state indexing() const;

    /// Blocks until every pass that is known now has ended.
    void wait_until_indexed();

 private:
    using file_ptr = std::shared_ptr<indexable>;

    std::shared_ptr<const snapshot> as_found() const;
    void scan_once();
    bool find_expected(const snapshot& now) const;
    void log_problems(const snapshot& now, const snapshot* before) const;
    void queue_files(const snapshot& now);
    bool wants_regrouping(const file_ptr& indexed);
    void regroup();
    void index_files(std::stop_token stop);
    std::string name_of(const std::filesystem::path& file) const;
    void index_one(const file_ptr& file, std::stop_token stop);

    std::filesystem::path root_;
    std::filesystem::path published_;
    std::filesystem::path index_folder_;
    logger log_;

    std::mutex rescan_mutex_;  // guards the next four
    std::condition_variable rescan_ended_;
    bool rescanning_ = false;
    std::uint64_t rescans_begun_ = 0;
    std::uint64_t rescans_done_ = 0;  // the number of the last one that has ended

    mutable std::mutex mutex_;  // guards what follows
    std::set<std::filesystem::path> expected_;
    std::shared_ptr<const snapshot> files_;    // as the files say
    std::shared_ptr<const overlay> changes_;   // null: nothing
    std::shared_ptr<const snapshot> current_;  // with the changes
    std::deque<file_ptr> queue_;
    file_ptr in_work_;
    std::chrono::steady_clock::time_point regrouped_;  // on the worker only
    std::condition_variable_any changed_;
    std::jthread worker_;  // last: it uses all of the above
};

/// What `answer()` returns, and once more when a file had been replaced and was looked at again.
template <class Answer>
auto with_current_files(catalog_service& catalog, Answer answer) {
    auto made = answer();
    if (made || made.error().code != errc::file_replaced) return made;
    catalog.rescan();
    return answer();
}

}  // namespace callstream::catalog
