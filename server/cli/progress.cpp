#include "server/cli/progress.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <cstdio>
#include <iostream>
#include <unistd.h>

namespace callstream::cli {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds line_every{10};
constexpr std::size_t bar_width = 30;

double share(const progress_numbers& n) {
    if (n.bytes == 0) return 1;
    return static_cast<double>(n.bytes_done) / static_cast<double>(n.bytes);
}

}  // namespace

std::string bytes_text(double bytes) {
    constexpr std::array<const char*, 5> units = {"B", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    for (; bytes >= 1000 && unit + 1 < units.size(); ++unit) bytes /= 1000;
    char text[40];
    std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
    return text;
}

std::string duration_text(double seconds) {
    const auto whole = static_cast<long>(seconds + 0.5);
    char text[40];
    if (whole >= 3600) {
        std::snprintf(
            text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60
        );
    } else {
        std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
    }
    return text;
}

progress_report::progress_report(progress_form form, std::string done)
    : form_(form), done_(std::move(done)), terminal_(isatty(STDERR_FILENO) != 0) {}

double progress_report::seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
}

std::string progress_report::bar(const progress_numbers& now) const {
    const double done = share(now);
    const auto filled = static_cast<std::size_t>(done * static_cast<double>(bar_width));
    std::string out = "[" + std::string(filled, '#') + std::string(bar_width - filled, '-') + "] ";
    const double rate = static_cast<double>(now.bytes_done) / std::max(seconds(), 0.001);
    out += std::to_string(static_cast<int>(done * 100)) + "%  " + std::to_string(now.files_done) +
           "/" + std::to_string(now.files) + " files  " + bytes_text(rate) + "/s";
    if (rate > 0 && now.bytes_done > 0) {
        const auto left = static_cast<double>(now.bytes - now.bytes_done) / rate;
        out += "  " + duration_text(left) + " left";
    }
    return out;
}

void progress_report::show(const progress_numbers& now) {
    if (form_ == progress_form::none) return;
    if (form_ == progress_form::person && terminal_) {
        std::cerr << "\r\033[K" << bar(now) << std::flush;
        bar_shown_ = true;
        return;
    }
    const auto time = std::chrono::steady_clock::now();
    if (time - said_ < line_every) return;
    said_ = time;
    if (form_ == progress_form::person) {
        std::cerr << bar(now) << "\n";
        return;
    }
    const json::object line = {
        {"bytes", now.bytes},
        {"bytesDone", now.bytes_done},
        {"files", now.files},
        {"filesDone", now.files_done},
        {"seconds", seconds()}};
    std::cout << json::serialize(line) << std::endl;
}

void progress_report::file_done(
    const std::string& file, const std::string& problem, const progress_numbers& now
) {
    if (form_ == progress_form::none) return;
    end();
    if (form_ == progress_form::person) {
        std::cerr << file << ": " << (problem.empty() ? done_ : problem) << "\n";
        return;
    }
    json::object line = {{"file", file}, {"filesDone", now.files_done}, {done_, problem.empty()}};
    if (!problem.empty()) line["problem"] = problem;
    std::cout << json::serialize(line) << std::endl;
}

void progress_report::end() {
    if (bar_shown_) std::cerr << "\r\033[K" << std::flush;
    bar_shown_ = false;
}

}  // namespace callstream::cli
