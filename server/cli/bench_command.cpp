// `callstream bench`: load on a server, and what it made of it.
#include "server/cli/commands.hpp"
#include "server/load/report.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <sys/resource.h>
#include <unistd.h>

namespace callstream::cli {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::seconds line_every{3};
constexpr std::chrono::milliseconds terminal_every{200};

std::atomic<bool> stopped{false};

/// The second one ends the program as usual.
void stop(int signal) {
    stopped = true;
    std::signal(signal, SIG_DFL);
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);  // else connections fail, and say so
}

/// One line that is written over on a terminal, else a line every few seconds.
class progress_line {
 public:
    void show(load::load_phase phase, const load::live_counters& live) {
        const auto now = steady::now();
        const bool is_new_phase = !is_begun_ || phase != phase_;
        const auto gap = now - said_;
        if (!is_new_phase && gap < (terminal_ ? terminal_every : line_every)) return;
        if (is_new_phase) begin(phase, now);
        const std::string line = is_new_phase ? title(phase) : text(live, now);
        last_ = {live.requests, live.calls, live.wire_bytes};
        said_ = now;
        if (terminal_) {
            std::cerr << "\r\033[K" << line << std::flush;
        } else {
            std::cerr << line << "\n";
        }
    }

    void end() const {
        if (terminal_ && is_begun_) std::cerr << "\r\033[K" << std::flush;
    }

 private:
    struct counts {
        std::uint64_t requests = 0;
        std::uint64_t calls = 0;
        std::uint64_t bytes = 0;
    };

    void begin(load::load_phase phase, steady::time_point now) {
        is_begun_ = true;
        phase_ = phase;
        began_ = said_ = now;
    }

    static std::string title(load::load_phase phase) {
        switch (phase) {
            case load::load_phase::planning:
                return "asking the server what there is";
            case load::load_phase::warming:
                return "warming up";
            case load::load_phase::ceilings:
                return "measuring what the machine allows";
            default:
                return "running";
        }
    }

    std::string text(const load::live_counters& live, steady::time_point now) const {
        if (phase_ == load::load_phase::running) return rates(live, now);
        return title(phase_) + ", " + std::to_string(live.errors.load()) + " errors";
    }

    std::string rates(const load::live_counters& live, steady::time_point now) const {
        const double gap = std::chrono::duration<double>(now - said_).count();
        const auto rate = [gap](std::uint64_t now_have, std::uint64_t had) {
            return load::count_text(gap <= 0 ? 0 : static_cast<double>(now_have - had) / gap);
        };
        char seconds[32];
        std::snprintf(
            seconds, sizeof seconds, "%.1f s  ", std::chrono::duration<double>(now - began_).count()
        );
        return seconds + std::to_string(live.requests.load()) + " requests  " +
               rate(live.requests, last_.requests) + " requests/s  " +
               rate(live.calls, last_.calls) + " calls/s  " + rate(live.wire_bytes, last_.bytes) +
               "B/s  " + std::to_string(live.errors.load()) + " errors";
    }

    const bool terminal_ = isatty(STDERR_FILENO) != 0;
    bool is_begun_ = false;
    load::load_phase phase_ = load::load_phase::planning;
    steady::time_point began_;
    steady::time_point said_;
    counts last_;
};

}  // namespace

int bench(const bench_options& options) {
    std::signal(SIGINT, stop);
    std::signal(SIGTERM, stop);
    raise_descriptor_limit();
    progress_line progress;
    const auto report = load::run_load(options, stopped, [&](auto phase, const auto& live) {
        progress.show(phase, live);
    });
    progress.end();
    std::cout
        << (options.json ? load::report_json(options, report) : load::report_text(options, report));
    return report.errors() == 0 ? 0 : 1;
}

}  // namespace callstream::cli
