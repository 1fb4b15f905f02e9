// One thread of the load: some of the connections, each with at most one request outstanding.
#pragma once

#include "engine/core/file.hpp"
#include "server/load/answer_judge.hpp"
#include "server/load/connection.hpp"
#include "server/load/known_answers.hpp"
#include "server/load/plan.hpp"
#include "server/load/schedule.hpp"
#include "server/load/tally.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

namespace callstream::load {

/// What all threads of a run share; outlives them.
struct shared_run {
    const destination& to;
    const request_plan& plan;
    known_answers& known;
    stretch_budget& budget;
    live_counters& live;
    std::chrono::seconds patience;          ///< without a byte, and for the last answers of a run
    std::uint64_t failures_in_row_max = 0;  ///< of connections; then the run ends
    const std::atomic<bool>& stopped;       ///< by the user: at once
};

class worker {
 public:
    worker(const shared_run& run, std::size_t connections);
    ~worker();

    /// Makes requests until the schedule has no more and the answers are there. Connections stay
    /// open for the next schedule. `counts` is false while warming up: answers are judged and kept
    /// for comparison, and only errors are counted.
    void work(schedule& when, bool counts);

    const tally& counted() const { return tally_; }
    /// When the last answer came; the start of the schedule when none did.
    steady::time_point last_answer() const { return last_answer_; }

 private:
    struct lane;

    void give_work();
    void arm_timer();
    void pass_timer();
    void start(lane& l);
    void advance(lane& l);
    void make_progress(lane& l);
    bool open(lane& l);
    bool send(lane& l);
    void receive(lane& l);
    void end_of_stream(lane& l);
    void complete(lane& l);
    bool try_again(lane& l);
    void fail(lane& l, const std::string& kind, const std::string& why);
    void rest(lane& l);
    void watch(lane& l, step wanted);
    void look_at_clock();
    void cut_all();
    bool is_over() const { return busy_ == 0 && waiting_.empty() && is_dry_; }

    const shared_run& run_;
    unique_fd epoll_;
    unique_fd timer_;
    std::vector<char> room_;
    std::vector<std::unique_ptr<lane>> lanes_;
    std::vector<lane*> idle_;
    std::deque<lane*> waiting_;   // for the time of their request, which they took in its order
    std::vector<lane*> pausing_;  // after a failure
    schedule* when_ = nullptr;
    bool counts_ = false;
    bool is_dry_ = false;  // the schedule has no more
    std::size_t busy_ = 0;
    steady::time_point now_;
    steady::time_point looked_;
    steady::time_point last_answer_;
    tally tally_;
};

}  // namespace callstream::load
