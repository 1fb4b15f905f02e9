#include "server/cli/index_run.hpp"

#include "server/cli/progress.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <iterator>
#include <mutex>
#include <set>
#include <stop_token>
#include <thread>

namespace callstream::cli {
namespace {

std::atomic<bool> stop_asked{false};

/// Until destroyed, SIGINT and SIGTERM ask the passes to stop.
class stop_signals {
 public:
    stop_signals() {
        stop_asked = false;
        for (const int number : {SIGINT, SIGTERM}) {
            std::signal(number, [](int) { stop_asked = true; });
        }
    }
    ~stop_signals() {
        for (const int number : {SIGINT, SIGTERM}) std::signal(number, SIG_DFL);
    }
};

std::filesystem::path index_folder(const std::filesystem::path& state) {
    return state / "index";
}

void take_kept_index(indexable& file, const std::filesystem::path& state) {
    try {
        file.find_index(index_folder(state), {});
    } catch (const std::exception&) {
        // Then it is made again, or the statistics beside the file are shown.
    }
}

/// The passes of one run, spread over threads; the calling thread watches.
class passes {
 public:
    passes(
        const index_run& run, std::vector<std::shared_ptr<indexable>> todo, const std::string& done
    )
        : run_(run), todo_(std::move(todo)), report_(run.form, done) {
        for (const auto& file : todo_) numbers_.bytes += file->identity().size;
        numbers_.files = todo_.size();
    }

    void run(index_result& out) {
        const stop_signals signals;
        std::vector<std::jthread> workers;
        const std::size_t count = std::min<std::size_t>(run_.threads, todo_.size());
        for (std::size_t i = 0; i < count; ++i) workers.emplace_back([this] { work(); });
        watch();
        workers.clear();
        report_.end();
        out.built += built_;
        std::move(failures_.begin(), failures_.end(), std::back_inserter(out.failures));
        const bool all = std::all_of(todo_.begin(), todo_.end(), [](const auto& file) {
            return file->is_settled();
        });
        out.stopped = stop_.stop_requested() && !all;
    }

 private:
    void work() {
        for (;;) {
            const std::size_t number = next_.fetch_add(1);
            if (number >= todo_.size() || stop_.stop_requested()) return;
            const auto& file = todo_[number];
            const std::string problem = index_one(*file);
            const auto name = file->path().lexically_relative(run_.folder).string();
            const std::lock_guard lock(mutex_);
            ++numbers_.files_done;
            const auto refusal = file->refusal();
            if (stop_.stop_requested() && !file->is_settled()) continue;
            built_ += file->is_indexed() ? 1 : 0;
            if (!problem.empty()) failures_.push_back({name, problem});
            report_.file_done(name, refusal ? refusal->text : problem, numbers_);
        }
    }

    std::string index_one(indexable& file) const {
        try {
            const auto made = file.make_index(index_folder(run_.state), stop_.get_token());
            return made ? std::string() : made.error().text;
        } catch (const std::exception& e) {
            return std::string("cannot be indexed: ") + e.what();
        }
    }

    void watch() {
        for (;;) {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            if (stop_asked) stop_.request_stop();
            const std::lock_guard lock(mutex_);
            if (numbers_.files_done == todo_.size() || stop_.stop_requested()) return;
            numbers_.bytes_done = 0;
            for (const auto& file : todo_) {
                const bool settled = file->is_settled();
                numbers_.bytes_done += settled ? file->identity().size : file->bytes_done();
            }
            report_.show(numbers_);
        }
    }

    const index_run& run_;
    std::vector<std::shared_ptr<indexable>> todo_;
    std::stop_source stop_;
    std::atomic<std::size_t> next_{0};

    std::mutex mutex_;  // guards what follows
    progress_report report_;
    progress_numbers numbers_;
    std::size_t built_ = 0;
    std::vector<catalog::problem> failures_;
};

}  // namespace

index_result run_index_passes(const index_run& run) {
    std::filesystem::create_directories(index_folder(run.state));
    const auto found = catalog::scan(run.folder, catalog::published_folder(run.state));
    index_result out;
    std::set<std::shared_ptr<indexable>> seen;
    // What a pass finds may call for another: the checksums of a FASTA file need its indexes.
    for (;;) {
        out.catalog = catalog::snapshot::make(found, out.catalog.get());
        if (out.stopped) return out;
        const std::size_t seen_before = seen.size();
        std::vector<std::shared_ptr<indexable>> todo;
        for (auto& file : out.catalog->indexables()) {
            if (!seen.insert(file).second) continue;
            take_kept_index(*file, run.state);
            if (file->is_indexed()) {
                ++out.kept;
            } else {
                todo.push_back(std::move(file));
            }
        }
        if (seen.size() == seen_before) return out;
        if (!todo.empty()) passes(run, std::move(todo), "indexed").run(out);
    }
}

index_result run_passes(
    const index_run& run, std::vector<std::shared_ptr<indexable>> files, const std::string& done
) {
    index_result out;
    if (!files.empty()) passes(run, std::move(files), done).run(out);
    return out;
}

std::shared_ptr<const catalog::snapshot> look_at_folder(
    const std::filesystem::path& folder, const std::filesystem::path& state
) {
    const auto found = catalog::scan(folder, catalog::published_folder(state));
    const auto opened = catalog::snapshot::make(found, nullptr);
    for (const auto& file : opened->indexables()) take_kept_index(*file, state);
    return catalog::snapshot::make(found, opened.get());
}

}  // namespace callstream::cli
