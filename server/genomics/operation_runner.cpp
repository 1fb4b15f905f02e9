#include "server/genomics/operation_runner.hpp"

#include "engine/core/clock.hpp"

#include <algorithm>
#include <exception>

namespace callstream::genomics {
namespace {

// Of google.rpc.Code.
constexpr int code_canceled = 1;
constexpr int code_invalid = 3;
constexpr int code_not_found = 5;
constexpr int code_already_exists = 6;
constexpr int code_exhausted = 8;
constexpr int code_failed_precondition = 9;
constexpr int code_internal = 13;
constexpr int code_unavailable = 14;

int code_of(errc code) {
    switch (code) {
        case errc::bad_request:
            return code_invalid;
        case errc::not_found:
            return code_not_found;
        case errc::conflict:
            return code_already_exists;
        case errc::storage_full:
            return code_exhausted;
        case errc::file_unusable:
        case errc::precondition:
            return code_failed_precondition;
        case errc::unavailable:
            return code_unavailable;
        default:
            return code_internal;
    }
}

}  // namespace

operation_runner::operation_runner(store::operation_store& operations, logger log)
    : operations_(operations), log_(std::move(log)) {
    worker_ = std::jthread([this](std::stop_token stop) { run_all(stop); });
}

operation_runner::~operation_runner() {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    if (running_) running_->stop.request_stop();
}

/// Why one was stopped.
store::operation_end operation_runner::stopped() const {
    const std::lock_guard lock(mutex_);
    if (closing_) {
        return {
            store::operation_state::failure,
            code_unavailable,
            "the server was stopped before it was done"};
    }
    return {store::operation_state::canceled, code_canceled, "it was canceled"};
}

result<void> operation_runner::add(operation_job job) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= waiting_max) {
        return error{
            errc::unavailable, "too many operations wait already", std::chrono::seconds(30)};
    }
    auto one = std::make_shared<entry>();
    one->job = std::move(job);
    waiting_.push_back(std::move(one));
    changed_.notify_all();
    return {};
}

operation_runner::entry_ptr operation_runner::find(std::string_view operation_id) const {
    if (running_ && running_->job.operation_id == operation_id) return running_;
    const auto at = std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& one) {
        return one->job.operation_id == operation_id;
    });
    return at == waiting_.end() ? nullptr : *at;
}

void operation_runner::cancel(std::string_view operation_id) {
    entry_ptr one;
    {
        const std::lock_guard lock(mutex_);
        one = find(operation_id);
        if (!one) return;
        one->stop.request_stop();
        if (one == running_) return;  // it notices
        waiting_.erase(std::find(waiting_.begin(), waiting_.end(), one));
    }
    end(*one, stopped());
}

std::optional<operation_progress> operation_runner::progress(std::string_view operation_id) const {
    const std::lock_guard lock(mutex_);
    const auto one = find(operation_id);
    if (!one) return std::nullopt;
    return operation_progress{one->progress.bytes_done.load(), one->job.bytes};
}

void operation_runner::run_all(std::stop_token stop) {
    for (;;) {
        entry_ptr one;
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
            one = running_ = waiting_.front();
            waiting_.pop_front();
        }
        run(*one);
        const std::lock_guard lock(mutex_);
        running_.reset();
        if (stop.stop_requested()) return;
    }
}

void operation_runner::run(entry& one) {
    const auto token = one.stop.get_token();
    if (token.stop_requested()) return end(one, stopped());
    if (const auto started = operations_.start(one.job.operation_id, now_s()); !started)
        log_("an operation is not noted as begun: " + started.error().text);
    try {
        auto done = one.job.run(one.progress, token);
        if (done) return end(one, {.response = std::move(*done)});
        const auto& why = done.error();
        if (token.stop_requested() && why.code == errc::unavailable) return end(one, stopped());
        end(one, {store::operation_state::failure, code_of(why.code), why.text});
    } catch (const damaged_file& damage) {
        end(one,
            {store::operation_state::failure,
             code_failed_precondition,
             std::string("a file is damaged: ") + damage.what()});
    } catch (const std::exception& problem) {
        log_(std::string("an operation failed: ") + problem.what());
        end(one,
            {store::operation_state::failure,
             code_internal,
             "something went wrong inside the server"});
    }
}

void operation_runner::end(const entry& one, const store::operation_end& how) {
    const auto kept = operations_.end(one.job.operation_id, how, now_s());
    if (!kept) log_("the end of an operation is not noted: " + kept.error().text);
}

}  // namespace callstream::genomics
