#include "engine/catalog/catalog_service.hpp"

#include <algorithm>
#include <exception>
#include <set>

namespace callstream::catalog {

catalog_service::catalog_service(
    std::filesystem::path root, std::filesystem::path state, logger log
)
    : root_(std::move(root)), index_folder_(state / "index"), log_(std::move(log)) {
    std::filesystem::create_directories(index_folder_);
    rescan();
    worker_ = std::jthread([this](std::stop_token stop) { index_files(stop); });
}

catalog_service::~catalog_service() = default;

std::shared_ptr<const snapshot> catalog_service::current() const {
    const std::lock_guard lock(mutex_);
    return current_;
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
    const auto before = current();
    const auto now = snapshot::make(scan(root_), before.get());
    log_problems(*now, before.get());
    const std::lock_guard lock(mutex_);
    current_ = now;
    queue_.clear();
    for (const auto& set : now->all()) {
        const bool wants_index = !set.file->index() && !set.file->refusal();
        if (wants_index && set.file != in_work_) queue_.push_back(set.file);
    }
    changed_.notify_all();
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

void catalog_service::index_soon(const file_ptr& file) {
    const std::lock_guard lock(mutex_);
    const auto at = std::find(queue_.begin(), queue_.end(), file);
    if (at == queue_.end()) return;  // it is being indexed, or the next rescan queues it again
    std::rotate(queue_.begin(), at, at + 1);
}

catalog_service::index_state catalog_service::indexing() const {
    const std::lock_guard lock(mutex_);
    index_state state;
    const auto add = [&state](const file_ptr& file) {
        const std::uint64_t done = file->progress().bytes_done.load(std::memory_order_relaxed);
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
        const std::lock_guard lock(mutex_);
        in_work_.reset();
        changed_.notify_all();
        if (stop.stop_requested()) return;
    }
}

void catalog_service::index_one(const file_ptr& file, std::stop_token stop) {
    const std::string name = file->path().lexically_relative(root_).string();
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
