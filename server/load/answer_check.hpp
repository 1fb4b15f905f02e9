// Reads what an answer says while it arrives, and knows stretches that it has read before.
//
// The same request is made again and again, and mostly brings the same bytes. So the first answer
// leaves the hash of each stretch and what the scan had come to behind it; where a later answer has
// the same bytes from its start, that is taken over instead of scanning. It is as sure as scanning
// and as fast as hashing, so that the client does not slow what it measures.
#pragma once

#include "server/load/answer_items.hpp"
#include "server/load/body_sink.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace callstream::load {

/// What the first answer to a request said; later ones are compared with it.
struct known_answer {
    struct state {
        json_scanner json;
        answer_items items;
    };
    struct stretch {
        std::uint64_t hash;
        state after;
    };

    answer_sums sums;
    std::vector<stretch> stretches;  ///< of `stretch_bytes` each, from the start
};

/// Stretches that may be kept by all requests together: 64 MiB or so, for answers of 8 GB.
class stretch_budget {
 public:
    bool take() { return left_.fetch_sub(1, std::memory_order_relaxed) > 0; }

 private:
    std::atomic<std::int64_t> left_{128 * 1024};
};

class answer_check : public body_sink {
 public:
    static constexpr std::size_t stretch_bytes = 64 * 1024;

    explicit answer_check(stretch_budget& budget) : budget_(budget) {}

    /// Before each answer. `known` is null for the first one to a request, and outlives the answer.
    void restart(subject s, const known_answer* known);
    /// A piece of the decoded body. Throws std::runtime_error where it is not JSON.
    void take(std::string_view piece) override;
    /// At the end of the body. Throws std::runtime_error when it is no whole JSON, or says itself
    /// that something is missing.
    const answer_sums& finish();
    /// What the answer leaves for later ones, after `finish`.
    known_answer remember();

    std::uint64_t bytes() const { return bytes_; }

 private:
    void take_stretch(std::string_view stretch);

    stretch_budget& budget_;
    known_answer::state state_{{}, answer_items(subject::calls)};
    const known_answer* known_ = nullptr;
    std::size_t same_ = 0;  // stretches that were as known
    bool is_same_ = false;
    bool records_ = false;
    std::uint64_t bytes_ = 0;
    std::string waiting_;  // less than a stretch
    std::vector<known_answer::stretch> stretches_;
};

}  // namespace callstream::load
