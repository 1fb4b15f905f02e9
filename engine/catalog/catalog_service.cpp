#include "engine/catalog/catalog_service.hpp"

#include <algorithm>
#include <exception>
#include <set>

namespace callstream::catalog {

catalog_service::catalog_service(
    std::filesystem::path root, std::filesystem::path state, logger log
)
    : root_(std::move(root)),
      published_(published_folder(state)),
      index_folder_(state / "index"),
      log_(std::move(log)) {
    std::filesystem::create_directories(index_folder_);
    rescan();
    worker_ = std::jthread([this](std::stop_token stop) { index_files(stop); });
}

catalog_service::~catalog_service() = default;

std::shared_ptr<const snapshot> catalog_service::current() const {
    const std::lock_guard lock(mutex_);
    return current_;
}

/// Without what clients changed.
std::shared_ptr<const snapshot> catalog_service::as_found() const {
    const std::lock_guard lock(mutex_);
    return files_;
}

void catalog_service::rescan() {
    std::unique_lock lock(rescan_mutex_);
    const std::uint64_t wanted = rescans_begun_ + 1;
    while (rescans_done_ < wanted) {
        if (rescanning_) {
            rescan_ended_.wait(lock);
            continue;
        }
        rescanning_ = true;
        const std::uint64_t number = ++rescans_begun_;
        lock.unlock();
        std::exception_ptr problem;
        try {
            scan_once();
        } catch (...) {
            problem = std::current_exception();
        }
        lock.lock();
        rescanning_ = false;
        rescans_done_ = number;
        rescan_ended_.notify_all();
        if (problem) std::rethrow_exception(problem);
    }
}

void catalog_service::scan_once() {
    const auto before = as_found();
    auto now = snapshot::make(scan(root_, published_), before.get());
    if (find_expected(*now)) now = snapshot::make(scan(root_, published_), now.get());
    log_problems(*now, before.get());
    for (const auto& [found, file] : now->files()) {
        // Somebody may have made them meanwhile.
        if (file->is_indexed() && !file->columns()) file->find_columns(index_folder_);
    }
    const std::lock_guard lock(mutex_);
    files_ = now;
    current_ = changes_ ? now->changed_by(*changes_) : now;
    queue_files(*now);
    changed_.notify_all();
}

void catalog_service::expect(std::set<std::filesystem::path> files) {
    const std::lock_guard lock(mutex_);
    expected_ = std::move(files);
}

/// Whether files that wait have their indexes now.
bool catalog_service::find_expected(const snapshot& now) const {
    std::set<std::filesystem::path> expected;
    {
        const std::lock_guard lock(mutex_);
        expected = expected_;
    }
    bool found = false;
    for (const auto& [place, file] : now.waiting()) {
        if (!expected.contains(place.path) || file->is_indexed()) continue;
        found = file->find_index(index_folder_, {}) || found;
    }
    return found;
}

void catalog_service::change(std::shared_ptr<const overlay> changes) {
    if (changes && *changes == overlay()) changes.reset();
    const std::lock_guard lock(mutex_);
    const bool both = changes && changes_;
    if (both ? *changes == *changes_ : changes == changes_) return;
    changes_ = std::move(changes);
    current_ = changes_ ? files_->changed_by(*changes_) : files_;
}

void catalog_service::queue_files(const snapshot& now) {
    queue_.clear();
    for (auto& file : now.indexables()) {
        if (!file->is_settled() && file != in_work_) queue_.push_back(std::move(file));
    }
}

void catalog_service::log_problems(const snapshot& now, const snapshot* before) const {
    std::set<std::string> said;
    if (before != nullptr) {
        for (const auto& p : before->problems()) said.insert(p.relative + p.text);
    }
    for (const auto& p : now.problems()) {
        if (!said.contains(p.relative + p.text)) log_("not served: " + p.relative + " " + p.text);
    }
}

void catalog_service::index_soon(const variants::file_list& files) {
    const std::lock_guard lock(mutex_);
    // Those that are not queued are being indexed, or the next rescan queues them again.
    std::stable_partition(queue_.begin(), queue_.end(), [&](const file_ptr& queued) {
        return std::any_of(files.begin(), files.end(), [&](const auto& f) { return f == queued; });
    });
}

catalog_service::index_state catalog_service::indexing() const {
    const std::lock_guard lock(mutex_);
    index_state state;
    const auto add = [&state](const file_ptr& file) {
        const std::uint64_t done = file->bytes_done();
        const std::uint64_t size = file->identity().size;
        ++state.waiting;
        state.bytes_left += size - std::min(done, size);
    };
    for (const auto& file : queue_) add(file);
    if (in_work_) add(in_work_);
    return state;
}

void catalog_service::wait_until_indexed() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return queue_.empty() && !in_work_; });
}

void catalog_service::index_files(std::stop_token stop) {
    for (;;) {
        file_ptr file;
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [this] { return !queue_.empty(); })) return;
            file = in_work_ = queue_.front();
            queue_.pop_front();
        }
        index_one(file, stop);
        if (!stop.stop_requested() && wants_regrouping(file)) regroup();
        const std::lock_guard lock(mutex_);
        in_work_.reset();
        changed_.notify_all();
        if (stop.stop_requested()) return;
    }
}

/// Whether files belong together may be known now, or be seen in another light. When many wait, the
/// last of them counts, or a second that has passed.
bool catalog_service::wants_regrouping(const file_ptr& indexed) {
    const auto now = as_found();
    const auto is_this = [&](const opened_file& f) { return f.file == indexed; };
    const auto& waiting = now->waiting();
    // A variant set looks for its reference among those that can be read.
    const auto& references = now->reference_sets();
    const bool is_reference = std::any_of(
        references.begin(), references.end(), [&](const auto& set) { return set.fasta == indexed; }
    );
    if (indexed->refusal() || is_reference) return true;
    if (std::none_of(waiting.begin(), waiting.end(), is_this)) return false;
    const bool all_known = std::all_of(waiting.begin(), waiting.end(), [](const opened_file& f) {
        return f.file->is_settled();
    });
    return all_known || std::chrono::steady_clock::now() - regrouped_ > std::chrono::seconds(1);
}

void catalog_service::regroup() {
    try {
        rescan();
    } catch (const std::exception& e) {
        log_(std::string("the folder cannot be read: ") + e.what());
    }
    regrouped_ = std::chrono::steady_clock::now();
}

std::string catalog_service::name_of(const std::filesystem::path& file) const {
    const auto name = file.lexically_relative(root_);
    const bool inside = !name.empty() && *name.begin() != "..";
    return (inside ? name : file.lexically_relative(published_)).string();
}

void catalog_service::index_one(const file_ptr& file, std::stop_token stop) {
    const std::string name = name_of(file->path());
    try {
        const auto made = file->make_index(index_folder_, stop);
        if (const auto why = file->refusal()) log_("not served: " + name + " " + why->text);
        if (!made && !stop.stop_requested() && made.error().code != errc::file_replaced) {
            log_("the index pass of " + name + " has to wait: " + made.error().text);
        }
    } catch (const std::exception& e) {
        // A full disk, say: the file is served without page numbers, and the next rescan tries it.
        log_("the index pass of " + name + " failed: " + e.what());
    }
}

}  // namespace callstream::catalog
