// Blocking work of one connection, done on the worker pool while the connection's own thread goes
// on: rendering the next block while the last one is being sent.
#pragma once

#include "server/http/asio.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

namespace callstream::http {

/// One job at a time. All members are called on the connection's thread. Whoever starts a job must
/// await `finished` before this object goes away. Jobs do not throw: an exception that crosses
/// threads is destroyed on either of them, which no sanitizer can follow into the C++ library.
class worker_call {
 public:
    worker_call(executor ex, asio::thread_pool& pool)
        : executor_(ex), pool_(pool), wake_(ex, timer::time_point::max()) {}

    template <class Job>
    void start(Job job) {
        static_assert(noexcept(job()));
        running_ = true;
        asio::post(pool_, [this, job]() mutable {
            job();
            asio::post(executor_, [this] {
                running_ = false;
                wake_.cancel();
            });
        });
    }

    /// Returns when the job has ended.
    task<void> finished() {
        while (running_) {
            wake_.expires_at(timer::time_point::max());
            co_await wake_.async_wait(as_value);
        }
    }

 private:
    executor executor_;
    asio::thread_pool& pool_;
    timer wake_;
    bool running_ = false;
};

}  // namespace callstream::http
