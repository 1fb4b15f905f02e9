// Blocking work of one connection, done on the worker pool while the connection's own thread goes
// on: rendering the next block while the last one is being sent.
#pragma once

#include "server/http/asio.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <utility>

namespace callstream::http {

/// The threads that do blocking work. Thread-safe.
class worker_pool {
 public:
    explicit worker_pool(unsigned threads) : threads_(threads) {}

    /// `job()` on one of them; it does not throw.
    template <class Job>
    void post(Job job) {
        waiting_.fetch_add(1, std::memory_order_relaxed);
        asio::post(threads_, [this, job = std::move(job)]() mutable {
            waiting_.fetch_sub(1, std::memory_order_relaxed);
            job();
        });
    }
    /// Whether a job waits for a thread. Who has work for a long time then makes room, and queues
    /// up again, so that a stream does not hold up a lookup.
    bool has_waiting() const noexcept { return waiting_.load(std::memory_order_relaxed) > 0; }
    void join() { threads_.join(); }

 private:
    asio::thread_pool threads_;
    std::atomic<int> waiting_{0};
};

/// One job at a time. All members are called on the connection's thread. Whoever starts a job must
/// await `finished` before this object goes away. Jobs do not throw: an exception that crosses
/// threads is destroyed on either of them, which no sanitizer can follow into the C++ library.
class worker_call {
 public:
    worker_call(executor ex, worker_pool& pool)
        : executor_(ex), pool_(pool), wake_(ex, timer::time_point::max()) {}

    template <class Job>
    void start(Job job) {
        static_assert(noexcept(job()));
        running_ = true;
        pool_.post([this, job]() mutable {
            job();
            asio::post(executor_, [this] {
                running_ = false;
                wake_.cancel();
            });
        });
    }

    bool running() const noexcept { return running_; }

    /// Returns when the job has ended.
    task<void> finished() {
        while (running_) {
            wake_.expires_at(timer::time_point::max());
            co_await wake_.async_wait(as_value);
        }
    }

 private:
    executor executor_;
    worker_pool& pool_;
    timer wake_;
    bool running_ = false;
};

}  // namespace callstream::http
