// Reads one answer at a time as it comes and says whether it is right.
#pragma once

#include "server/load/answer_check.hpp"
#include "server/load/answer_reader.hpp"
#include "server/load/gunzip.hpp"
#include "server/load/plan.hpp"

#include <optional>
#include <stdexcept>
#include <string>

namespace callstream::load {

/// An answer that counts as an error.
class bad_answer : public std::runtime_error {
 public:
    bad_answer(std::string kind, const std::string& why)
        : std::runtime_error(why), kind_(std::move(kind)) {}
    /// `status 404`, `short body`, `wrong answer`, `protocol`: what errors are counted by.
    const std::string& kind() const { return kind_; }

 private:
    std::string kind_;
};

class answer_judge : private body_sink {
 public:
    explicit answer_judge(stretch_budget& budget) : check_(budget) {}

    /// Before each answer. `known` is the first answer to the request, or null.
    void restart(const planned_request& request, const known_answer* known);
    /// Takes what arrived; true when the answer is complete. Throws bad_answer.
    bool feed(std::string_view piece);
    /// The stream has ended. Throws bad_answer unless that ends the answer.
    void end_of_stream();
    /// Of a complete answer; throws bad_answer when it is not what it should be.
    answer_sums finish();
    /// What later answers to the request are compared with, after `finish`.
    known_answer remember() { return check_.remember(); }

    bool keeps_connection() const { return reader_.keeps_connection(); }
    std::uint64_t decoded_bytes() const { return check_.bytes(); }

 private:
    enum class content { unknown, refusal, plain, gzip };

    void take(std::string_view piece) override;
    content look_at_head();
    void require_media_type() const;

    answer_reader reader_;
    answer_check check_;
    std::optional<gunzip> gunzip_;  // made when the first packed answer comes
    content content_ = content::unknown;
    const planned_request* request_ = nullptr;
    const known_answer* known_ = nullptr;
    std::string refusal_;  // the start of what the server says
};

}  // namespace callstream::load
