// The next block of a body, rendered on another thread while this one compresses the last.
#pragma once

#include "server/streaming/body_source.hpp"

#include <functional>
#include <memory>

namespace callstream::streaming {

/// Hands a job to another thread, which begins it sooner or later. Null: there is none.
using run_elsewhere = std::function<void(std::function<void()>)>;

/// One block of `source` at a time. Members are called by one thread at a time.
class fill_ahead {
 public:
    explicit fill_ahead(run_elsewhere run);
    fill_ahead(const fill_ahead&) = delete;
    fill_ahead& operator=(const fill_ahead&) = delete;
    /// Waits for a block that is being rendered.
    ~fill_ahead();

    /// `source` and `into` belong to the job until `take` has returned.
    void start(body_source& source, text_buffer& into);
    /// What became of it; an error when nothing was started. Renders the block itself where nobody
    /// has begun, so that it never waits for a thread, only for one that is at work.
    result<body_source::progress> take();

 private:
    struct job;

    run_elsewhere run_;
    std::shared_ptr<job> job_;
};

}  // namespace callstream::streaming
