#include "server/load/worker.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <system_error>
#include <unistd.h>

namespace callstream::load {
namespace {

/// A block of our server, and as much as a socket usually has.
constexpr std::size_t room_bytes = 256 * 1024;
/// How often connections are looked at that nothing is heard of.
constexpr std::chrono::milliseconds look_every{50};
/// After a failure, lest a dead server is asked as fast as it refuses.
constexpr std::chrono::milliseconds pause_after_failure{100};

void check(bool good, const char* what) {
    if (!good) throw std::system_error(errno, std::generic_category(), what);
}

std::uint64_t ns_between(steady::time_point from, steady::time_point to) {
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(to - from).count();
    return static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0));
}

}  // namespace

/// A connection and the request that is made on it.
struct worker::lane {
    enum class state { idle, waiting, opening, sending, receiving };

    lane(const destination& to, stretch_budget& budget) : line(to), judge(budget) {}

    connection line;
    answer_judge judge;
    state at = state::idle;
    std::size_t request = 0;
    std::string_view unsent;
    steady::time_point due;
    steady::time_point heard;  // when something last went on
    steady::time_point first_byte;
    steady::time_point pauses_until;
    std::uint64_t wire_bytes = 0;
    bool is_reused = false;  // an earlier request had its answer on this connection
    int watched = -1;        // socket that epoll knows
    step watched_for = step::done;
};

worker::worker(const shared_run& run, std::size_t connections)
    : run_(run),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      room_(room_bytes) {
    check(static_cast<bool>(epoll_), "epoll_create1");
    check(static_cast<bool>(timer_), "timerfd_create");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = nullptr;
    check(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, timer_.get(), &event) == 0, "epoll_ctl");
    for (std::size_t i = 0; i < connections; ++i) {
        lanes_.push_back(std::make_unique<lane>(run.to, run.budget));
        idle_.push_back(lanes_.back().get());
    }
}

worker::~worker() = default;

void worker::work(schedule& when, bool counts) {
    when_ = &when;
    counts_ = counts;
    is_dry_ = false;
    last_answer_ = when.begin();
    now_ = looked_ = steady::now();
    std::array<epoll_event, 64> events;
    while (true) {
        give_work();
        if (is_over()) return;
        arm_timer();
        const int ready = epoll_wait(
            epoll_.get(),
            events.data(),
            static_cast<int>(events.size()),
            static_cast<int>(look_every.count())
        );
        check(ready >= 0 || errno == EINTR, "epoll_wait");
        now_ = steady::now();
        for (int i = 0; i < ready; ++i) {
            auto* l = static_cast<lane*>(events[static_cast<std::size_t>(i)].data.ptr);
            if (l != nullptr) {
                advance(*l);
            } else {
                pass_timer();
            }
        }
        if (now_ - looked_ >= look_every) look_at_clock();
    }
}

/// Idle connections take requests; those whose time has come begin.
void worker::give_work() {
    now_ = steady::now();  // reading what came took its time
    while (!is_dry_ && !idle_.empty()) {
        const auto slot = when_->take(now_);
        if (!slot) {
            is_dry_ = true;
            break;
        }
        lane& l = *idle_.back();
        idle_.pop_back();
        l.request = run_.plan.order[slot->number % run_.plan.order.size()];
        l.due = slot->due;
        l.at = lane::state::waiting;
        waiting_.push_back(&l);
    }
    while (!waiting_.empty() && waiting_.front()->due <= now_) {
        lane& l = *waiting_.front();
        waiting_.pop_front();
        start(l);
    }
}

/// For the first of those that wait; the clock of `epoll_wait` is too coarse.
void worker::arm_timer() {
    if (waiting_.empty()) return;
    const auto since = waiting_.front()->due.time_since_epoch();
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(since);
    itimerspec when{};
    when.it_value.tv_sec = whole.count();
    when.it_value.tv_nsec = std::chrono::nanoseconds(since - whole).count();
    check(timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr) == 0, "timerfd_settime");
}

void worker::pass_timer() {
    std::uint64_t times = 0;
    // That it says nothing is well, too: it was set anew meanwhile.
    [[maybe_unused]] const auto got = read(timer_.get(), &times, sizeof times);
}

void worker::start(lane& l) {
    ++busy_;
    const auto& request = run_.plan.requests[l.request];
    l.unsent = request.text;
    l.wire_bytes = 0;
    l.heard = now_;
    l.judge.restart(request, run_.known.find(l.request));
    l.at = l.line.is_open() ? lane::state::sending : lane::state::opening;
    advance(l);
}

void worker::advance(lane& l) {
    try {
        make_progress(l);
    } catch (const bad_answer& e) {
        fail(l, e.kind(), e.what());
    } catch (const connection_error& e) {
        if (!try_again(l)) fail(l, "connection", e.what());
    }
}

void worker::make_progress(lane& l) {
    if (l.at == lane::state::idle || l.at == lane::state::waiting) {
        // The server has something to say between requests: that it closes.
        l.line.close();
        l.watched = -1;
        l.is_reused = false;
        return;
    }
    l.heard = now_;
    if (l.at == lane::state::opening && !open(l)) return;
    if (l.at == lane::state::sending && !send(l)) return;
    if (l.at == lane::state::receiving) receive(l);
}

bool worker::open(lane& l) {
    const auto how = l.line.open();
    if (how != step::done) {
        watch(l, how);
        return false;
    }
    l.is_reused = false;
    l.at = lane::state::sending;
    return true;
}

bool worker::send(lane& l) {
    const auto how = l.line.send(l.unsent);
    if (how == step::closed) throw connection_error("closed while a request was sent");
    watch(l, how == step::done ? step::wants_read : how);
    if (how != step::done) return false;
    l.at = lane::state::receiving;
    return true;
}

void worker::receive(lane& l) {
    do {
        std::size_t got = 0;
        const auto how = l.line.receive(room_, got);
        if (how == step::closed) return end_of_stream(l);
        if (how != step::done) return watch(l, how);
        run_.live.wire_bytes.fetch_add(got, std::memory_order_relaxed);
        if (l.wire_bytes == 0) l.first_byte = steady::now();
        l.wire_bytes += got;
        if (l.judge.feed({room_.data(), got})) return complete(l);
    } while (l.line.has_more());
}

void worker::end_of_stream(lane& l) {
    if (l.wire_bytes == 0) {
        if (try_again(l)) return;
        return fail(l, "connection", "closed before the answer");
    }
    l.judge.end_of_stream();
    complete(l);
}

void worker::complete(lane& l) {
    const auto sums = l.judge.finish();
    if (run_.known.find(l.request) == nullptr) {
        const auto& kept = run_.known.keep(l.request, l.judge.remember());
        // Another connection may have been first.
        if (kept.sums != sums) {
            throw bad_answer("wrong answer", "two first answers to this request differ");
        }
    }
    const auto end = steady::now();
    last_answer_ = end;
    auto& live = run_.live;
    if (live.failures_in_row.load(std::memory_order_relaxed) != 0) live.failures_in_row = 0;
    const auto about = run_.plan.requests[l.request].about;
    if (counts_) {
        auto& t = tally_.of[index_of(about)];
        ++t.requests;
        t.items += sums.items;
        t.wire_bytes += l.wire_bytes;
        t.body_bytes += l.judge.decoded_bytes();
        t.latency.add(ns_between(l.due, end));
        t.first_byte.add(ns_between(l.due, l.first_byte));
        live.requests.fetch_add(1, std::memory_order_relaxed);
        if (unit_of(about) == "calls") live.calls.fetch_add(sums.items, std::memory_order_relaxed);
    }
    l.is_reused = true;
    if (!l.judge.keeps_connection()) {
        l.line.close();
        l.watched = -1;
    }
    rest(l);
}

/// A server may close a connection that it had kept just when the next request comes: that request
/// is made once more on a new one, as any client does.
bool worker::try_again(lane& l) {
    if (!l.is_reused || l.wire_bytes > 0) return false;
    ++tally_.reconnects;
    --busy_;
    l.line.close();
    l.watched = -1;
    l.is_reused = false;
    start(l);
    return true;
}

void worker::fail(lane& l, const std::string& kind, const std::string& why) {
    tally_.add_error(kind, run_.plan.requests[l.request].target + ": " + why);
    run_.live.errors.fetch_add(1, std::memory_order_relaxed);
    const bool is_connection = kind == "connection" || kind == "timeout";
    if (is_connection && ++run_.live.failures_in_row >= run_.failures_in_row_max) when_->close();
    l.line.close();
    l.watched = -1;
    l.is_reused = false;
    l.at = lane::state::idle;
    l.pauses_until = now_ + pause_after_failure;
    --busy_;
    pausing_.push_back(&l);
}

void worker::rest(lane& l) {
    l.at = lane::state::idle;
    --busy_;
    idle_.push_back(&l);
}

void worker::watch(lane& l, step wanted) {
    const int socket = l.line.socket();
    if (l.watched == socket && l.watched_for == wanted) return;
    epoll_event event{};
    event.events = wanted == step::wants_write ? EPOLLOUT : EPOLLIN;
    event.data.ptr = &l;
    // The next address of a host may have got the number of the last one's socket.
    const bool is_known = epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, socket, &event) == 0;
    if (!is_known) check(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event) == 0, "epoll_ctl");
    l.watched = socket;
    l.watched_for = wanted;
}

void worker::look_at_clock() {
    looked_ = now_;
    const bool is_late = now_ >= when_->end() + run_.patience;
    if (run_.stopped.load(std::memory_order_relaxed) || is_late) return cut_all();
    if (when_->was_closed()) {
        for (lane* l : waiting_) {
            l->at = lane::state::idle;
            idle_.push_back(l);
        }
        waiting_.clear();
    }
    for (const auto& l : lanes_) {
        const bool is_busy = l->at != lane::state::idle && l->at != lane::state::waiting;
        if (is_busy && now_ - l->heard >= run_.patience) {
            fail(*l, "timeout", "nothing came for " + std::to_string(run_.patience.count()) + " s");
        }
    }
    std::erase_if(pausing_, [this](lane* l) {
        if (l->pauses_until > now_) return false;
        idle_.push_back(l);
        return true;
    });
}

/// The run is over, whatever is still under way.
void worker::cut_all() {
    is_dry_ = true;
    tally_.cut += busy_;
    busy_ = 0;
    waiting_.clear();
    pausing_.clear();
    idle_.clear();
    for (const auto& l : lanes_) {
        l->line.close();
        l->watched = -1;
        l->at = lane::state::idle;
        idle_.push_back(l.get());
    }
}

}  // namespace callstream::load
