// How far index passes have come, for whoever watches.
#pragma once

#include "server/cli/index_run.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace callstream::cli {

struct progress_numbers {
    std::size_t files = 0;
    std::size_t files_done = 0;
    std::uint64_t bytes = 0;  ///< packed
    std::uint64_t bytes_done = 0;
};

/// One thread at a time.
class progress_report {
 public:
    /// `done` is what is said of a file whose pass went well: "indexed".
    progress_report(progress_form form, std::string done);

    /// Called every now and then; shows as much as the form asks for.
    void show(const progress_numbers& now);
    /// `problem` is empty when the pass went well.
    void file_done(
        const std::string& file, const std::string& problem, const progress_numbers& now
    );
    /// Takes the bar away.
    void end();

 private:
    std::string bar(const progress_numbers& now) const;
    double seconds() const;

    progress_form form_;
    std::string done_;
    bool terminal_;
    bool bar_shown_ = false;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point said_ = began_;
};

/// `1.5 GB`; decimal units, as file managers show them.
std::string bytes_text(double bytes);
/// `2:05` or `1:02:05`.
std::string duration_text(double seconds);

}  // namespace callstream::cli
