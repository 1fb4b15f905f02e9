#include "server/streaming/fill_ahead.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

namespace callstream::streaming {

/// Shared with the other thread, which may look at it when all is over.
struct fill_ahead::job {
    enum class state { none, waiting, running, done };

    std::mutex mutex;  // guards all but the block itself
    std::condition_variable changed;
    state now = state::none;
    body_source* source = nullptr;
    text_buffer* into = nullptr;
    std::optional<result<body_source::progress>> step;

    /// Does nothing when it is not waiting: `take` was faster.
    void run();
};

namespace {

/// An exception would be destroyed on either thread; what it says is all that matters later on.
result<body_source::progress> filled(body_source& source, text_buffer& into) {
    try {
        return source.fill(into);
    } catch (const std::exception& problem) {
        return error{errc::file_unusable, problem.what()};
    }
}

}  // namespace

void fill_ahead::job::run() {
    {
        const std::lock_guard lock(mutex);
        if (now != state::waiting) return;
        now = state::running;
    }
    auto got = filled(*source, *into);
    const std::lock_guard lock(mutex);
    step.emplace(std::move(got));
    now = state::done;
    changed.notify_all();
}

fill_ahead::fill_ahead(run_elsewhere run) : run_(std::move(run)), job_(std::make_shared<job>()) {}

fill_ahead::~fill_ahead() {
    std::unique_lock lock(job_->mutex);
    if (job_->now == job::state::waiting) job_->now = job::state::none;
    job_->changed.wait(lock, [this] { return job_->now != job::state::running; });
}

void fill_ahead::start(body_source& source, text_buffer& into) {
    {
        const std::lock_guard lock(job_->mutex);
        job_->source = &source;
        job_->into = &into;
        job_->now = job::state::waiting;
    }
    if (run_) run_([shared = job_] { shared->run(); });
}

result<body_source::progress> fill_ahead::take() {
    job_->run();
    std::unique_lock lock(job_->mutex);
    if (job_->now == job::state::none) return error{errc::file_unusable, "no block was begun"};
    job_->changed.wait(lock, [this] { return job_->now == job::state::done; });
    job_->now = job::state::none;
    auto got = std::move(*job_->step);
    job_->step.reset();
    return got;
}

}  // namespace callstream::streaming
