// The distinct requests of a run, found out from the server itself.
#pragma once

#include "server/load/connection.hpp"
#include "server/load/subject.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace callstream::load {

struct plan_options {
    std::vector<subject> what;               ///< none: all that serverinfo names
    std::vector<std::string> variant_sets;   ///< ids; none: those of the list
    std::optional<std::uint64_t> page_size;  ///< none: 1000, of bases 100,000
    std::size_t distinct = 32;               ///< most requests of each subject
    std::string token;                       ///< bearer; empty: none
    bool ndjson = false;
    bool gzip = false;
};

struct planned_request {
    subject about;
    std::string target;  ///< path and query
    std::string text;    ///< the whole head
    bool ndjson = false;
};

struct request_plan {
    std::vector<planned_request> requests;  ///< no two are alike
    std::vector<std::size_t> order;         ///< in which they are made, over and over
    std::vector<std::string> notes;         ///< what could not be asked, and why
};

/// Asks the server what there is; each answer must come within `patience`, and all of them within
/// four times that. Throws std::runtime_error with a sentence that says what the server did, when
/// nothing can be asked, and soon after `stopped` becomes true.
request_plan make_plan(
    const destination& to,
    const plan_options& options,
    std::chrono::seconds patience,
    const std::atomic<bool>& stopped
);

/// `count` of the numbers from 0 to `total` - 1, evenly apart, the first and the last among them.
std::vector<std::uint64_t> spread(std::uint64_t total, std::uint64_t count);

/// The head of a GET as a run sends it.
std::string request_head(
    const server_url& url, const plan_options& options, const std::string& target, bool ndjson
);

}  // namespace callstream::load
