#include "engine/reads/coverage_service.hpp"

#include "engine/hts/bgzf.hpp"
#include "engine/reads/depth.hpp"

#include <algorithm>
#include <exception>
#include <iterator>

namespace callstream::reads {
namespace {

error not_made_yet() {
    return {
        errc::unavailable,
        "the coverage of this read group set is being computed",
        std::chrono::seconds(10)};
}

}  // namespace

coverage_service::coverage_service(std::filesystem::path folder, unsigned waiters, logger log)
    : folder_(std::move(folder)), waiters_max_(waiters), log_(std::move(log)) {
    std::filesystem::create_directories(folder_);
    worker_ = std::jthread([this](std::stop_token stop) { make_all(stop); });
}

coverage_service::~coverage_service() = default;

result<coverage_service::table_ptr> coverage_service::get(
    const request& wanted, std::chrono::seconds patience
) {
    const auto fingerprint =
        hts::provisional_fingerprint(wanted.file->descriptor(), wanted.file->identity().size);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::unique_lock lock(mutex_);
    const auto one = enqueue(wanted, fingerprint);
    if (!one->settled() && waiters_ < waiters_max_) {
        ++waiters_;
        changed_.wait_until(lock, deadline, [&] { return one->settled(); });
        --waiters_;
    }
    if (one->table) return one->table;
    if (!one->refusal) return not_made_yet();
    const auto why = *one->refusal;
    if (why.code == errc::unavailable) entries_.erase(fingerprint);  // to be tried again
    return why;
}

coverage_service::entry_ptr coverage_service::enqueue(
    const request& wanted, std::uint64_t fingerprint
) {
    auto& one = entries_[fingerprint];
    if (one) return one;
    one = std::make_shared<entry>();
    one->wanted = wanted;
    one->fingerprint = fingerprint;
    const auto made = one;
    queue_.push_back(made);
    changed_.notify_all();
    // Those that are forgotten are found in the folder again.
    for (auto at = entries_.begin(); at != entries_.end() && entries_.size() > kept_max;) {
        at = at->second->settled() ? entries_.erase(at) : std::next(at);
    }
    return made;
}

coverage_service::numbers coverage_service::count() const {
    const std::lock_guard lock(mutex_);
    numbers out{made_, failed_, queue_.size(), 0};
    for (const auto& one : queue_) {
        const auto size = one->wanted.file->identity().size;
        out.bytes_left += size - std::min(size, one->progress.bytes_done.load());
    }
    return out;
}

void coverage_service::make_all(std::stop_token stop) {
    for (;;) {
        entry_ptr one;
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [this] { return !queue_.empty(); })) return;
            one = queue_.front();
        }
        make(*one, stop);
        if (stop.stop_requested()) return;
        const std::lock_guard lock(mutex_);
        queue_.pop_front();
        changed_.notify_all();
    }
}

void coverage_service::make(entry& one, const std::stop_token& stop) {
    result<table_ptr> made = not_made_yet();
    try {
        made = make_table(one, stop);
    } catch (const damaged_file& damage) {
        made = error{errc::file_unusable, std::string("the file is damaged: ") + damage.what()};
    } catch (const std::exception& problem) {
        log_("coverage of " + one.wanted.name + ": " + problem.what());
        made = error{errc::unavailable, "the coverage cannot be computed right now"};
    }
    const std::lock_guard lock(mutex_);
    ++(made ? made_ : failed_);
    if (made) {
        one.table = std::move(*made);
    } else {
        one.refusal = made.error();
    }
}

result<coverage_service::table_ptr> coverage_service::make_table(
    entry& one, const std::stop_token& stop
) {
    const auto path = coverage_path(folder_, one.fingerprint);
    if (auto kept = coverage_table::load(path, one.fingerprint)) return kept;
    const auto began = std::chrono::steady_clock::now();
    log_("coverage of " + one.wanted.name + ": begun");
    auto done = make_coverage(*one.wanted.file, one.wanted.decoding, path, one.progress, stop);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    if (!done) {
        log_("coverage of " + one.wanted.name + ": " + done.error().text);
        return done.error();
    }
    log_("coverage of " + one.wanted.name + ": done after " + std::to_string(took.count()) + " s");
    return coverage_table::load(path, one.fingerprint);
}

}  // namespace callstream::reads
