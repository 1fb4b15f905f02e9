#include "server/load/load_run.hpp"

#include "server/load/worker.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <thread>

namespace callstream::load {
namespace {

constexpr std::chrono::milliseconds watch_every{100};
constexpr std::chrono::seconds warming_min{10};

template <class Member>
std::uint64_t sum(const tally& of, Member member) {
    std::uint64_t out = 0;
    for (const auto& t : of.of) out += t.*member;
    return out;
}

class load_run {
 public:
    load_run(const load_options& options, const std::atomic<bool>& stopped, const watcher& watch)
        : options_(options),
          stopped_(stopped),
          watch_(watch),
          to_(make_destination(options.url, options.trust)) {}

    load_report run() {
        watch_(load_phase::planning, live_);
        plan_ = make_plan(to_, options_.plan, options_.patience, stopped_);
        report_.notes = plan_.notes;
        for (const auto& r : plan_.requests) ++report_.distinct[index_of(r.about)];
        known_ = std::make_unique<known_answers>(plan_.requests.size());
        make_workers();
        if (options_.warm) warm_up();
        if (!report_.gave_up && !stopped_) measure();
        for (const auto& w : workers_) report_.counted.add(w->counted());
        workers_.clear();  // their connections would be in the way of what follows
        report_.stopped = stopped_;
        add_up_checksums();
        compare_with_expected();
        if (options_.ceilings && !stopped_) {
            watch_(load_phase::ceilings, live_);
            report_.machine = measure_ceilings(options_.file, stopped_);
        }
        return std::move(report_);
    }

 private:
    void make_workers() {
        const auto processors = std::max(1U, std::thread::hardware_concurrency());
        const std::size_t wanted = options_.threads > 0 ? options_.threads : processors;
        const std::size_t threads = std::min(wanted, options_.connections);
        shared_ = std::make_unique<shared_run>(shared_run{
            to_,
            plan_,
            *known_,
            budget_,
            live_,
            options_.patience,
            std::max<std::uint64_t>(50, 4 * options_.connections),
            stopped_});
        for (std::size_t i = 0; i < threads; ++i) {
            const bool one_more = i < options_.connections % threads;
            workers_.push_back(std::make_unique<worker>(
                *shared_, options_.connections / threads + (one_more ? 1 : 0)
            ));
        }
    }

    /// Every distinct request once: the server has read its files, and there is an answer to
    /// compare with.
    void warm_up() {
        schedule_limits limits;
        limits.requests = plan_.order.size();
        limits.duration = std::max<std::chrono::nanoseconds>(options_.limits.duration, warming_min);
        schedule when(limits, steady::now());
        work(when, load_phase::warming);
    }

    void measure() {
        schedule when(options_.limits, steady::now());
        work(when, load_phase::running);
        auto end = when.begin();
        for (const auto& w : workers_) end = std::max(end, w->last_answer());
        report_.seconds = std::chrono::duration<double>(end - when.begin()).count();
    }

    void work(schedule& when, load_phase phase) {
        std::vector<std::exception_ptr> failures(workers_.size());
        std::atomic<std::size_t> at_work{workers_.size()};
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 0; i < workers_.size(); ++i) {
                threads.emplace_back([&, i] {
                    try {
                        workers_[i]->work(when, phase == load_phase::running);
                    } catch (...) {
                        failures[i] = std::current_exception();
                        when.close();
                    }
                    --at_work;
                });
            }
            while (at_work > 0) {
                std::this_thread::sleep_for(watch_every);
                if (stopped_) when.close();
                watch_(phase, live_);
            }
        }
        for (const auto& failure : failures) {
            if (failure) std::rethrow_exception(failure);
        }
        report_.gave_up = when.was_closed() && !stopped_;
    }

    void add_up_checksums() {
        std::array<std::uint64_t, subject_count> sums{};
        std::array<std::size_t, subject_count> missing{};
        for (std::size_t i = 0; i < plan_.requests.size(); ++i) {
            const auto at = index_of(plan_.requests[i].about);
            const auto* answer = known_->find(i);
            sums[at] += answer == nullptr ? 0 : answer->sums.checksum;
            missing[at] += answer == nullptr ? 1 : 0;
        }
        std::uint64_t all = 0;
        for (std::size_t at = 0; at < subject_count; ++at) {
            report_.unanswered += missing[at];
            if (report_.distinct[at] == 0 || missing[at] > 0) continue;
            report_.checksums[at] = sums[at];
            all += mix(at + 1, sums[at]);
        }
        if (report_.unanswered == 0) report_.checksum = all;
    }

    void compare_with_expected() {
        if (!options_.expected || report_.checksum == options_.expected) return;
        report_.counted.add_error(
            "checksum",
            report_.checksum
                ? "the checksum is not the one that was expected"
                : "there is no checksum to compare, since " + std::to_string(report_.unanswered) +
                      " distinct requests have no right answer"
        );
    }

    const load_options& options_;
    const std::atomic<bool>& stopped_;
    const watcher& watch_;
    destination to_;
    request_plan plan_;
    stretch_budget budget_;
    live_counters live_;
    std::unique_ptr<known_answers> known_;
    std::unique_ptr<shared_run> shared_;
    std::vector<std::unique_ptr<worker>> workers_;
    load_report report_;
};

}  // namespace

std::uint64_t load_report::requests() const {
    return sum(counted, &subject_tally::requests);
}
std::uint64_t load_report::wire_bytes() const {
    return sum(counted, &subject_tally::wire_bytes);
}
std::uint64_t load_report::body_bytes() const {
    return sum(counted, &subject_tally::body_bytes);
}

std::uint64_t load_report::calls() const {
    std::uint64_t out = 0;
    for (const auto s : all_subjects) {
        if (unit_of(s) == "calls") out += counted.of[index_of(s)].items;
    }
    return out;
}

std::uint64_t load_report::errors() const {
    std::uint64_t out = 0;
    for (const auto& [kind, error] : counted.errors) out += error.count;
    return out;
}

double load_report::each_second(std::uint64_t count) const {
    return seconds <= 0 ? 0 : static_cast<double>(count) / seconds;
}

load_report run_load(
    const load_options& options, const std::atomic<bool>& stopped, const watcher& watch
) {
    return load_run(options, stopped, watch).run();
}

}  // namespace callstream::load
