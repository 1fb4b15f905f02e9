#include "server/load/answer_judge.hpp"

#include "server/load/excerpt.hpp"

#include <algorithm>

namespace callstream::load {

void answer_judge::restart(const planned_request& request, const known_answer* known) {
    reader_.restart();
    reader_.pass_body_to(this);
    check_.restart(request.about, known);
    content_ = content::unknown;
    request_ = &request;
    known_ = known;
    refusal_.clear();
}

bool answer_judge::feed(std::string_view piece) {
    std::size_t used = 0;
    try {
        used = reader_.feed(piece);
    } catch (const bad_answer&) {
        throw;
    } catch (const std::runtime_error& e) {
        throw bad_answer("protocol", e.what());
    }
    if (used < piece.size()) throw bad_answer("protocol", "more came than was asked for");
    return reader_.is_complete();
}

void answer_judge::end_of_stream() {
    reader_.end_of_stream();
    if (reader_.is_complete()) return;
    throw bad_answer(
        "short body",
        reader_.has_head() ? "the connection closed after " + std::to_string(reader_.body_bytes()) +
                                 " bytes of the body"
                           : "the connection closed before the answer"
    );
}

answer_judge::content answer_judge::look_at_head() {
    if (reader_.status() != 200) return content::refusal;
    require_media_type();
    const auto coding = reader_.field("content-encoding");
    if (coding.empty() || coding == "identity") return content::plain;
    if (coding != "gzip" && coding != "x-gzip") {
        throw bad_answer(
            "protocol", "Content-Encoding " + std::string(coding) + " was not asked for"
        );
    }
    if (!gunzip_) gunzip_.emplace();
    gunzip_->restart(check_);
    return content::gzip;
}

void answer_judge::require_media_type() const {
    const auto type = reader_.field("content-type");
    if (request_->ndjson && type.find("ndjson") == std::string_view::npos) {
        throw bad_answer("wrong answer", "NDJSON was asked for, " + std::string(type) + " came");
    }
}

void answer_judge::take(std::string_view piece) {
    if (content_ == content::unknown) content_ = look_at_head();
    if (content_ == content::refusal) {
        refusal_.append(piece.substr(0, excerpt_max - std::min(excerpt_max, refusal_.size())));
        return;
    }
    try {
        if (content_ == content::gzip) return gunzip_->take(piece);
        check_.take(piece);
    } catch (const std::runtime_error& e) {
        throw bad_answer("wrong answer", e.what());
    }
}

answer_sums answer_judge::finish() {
    if (content_ == content::unknown) content_ = look_at_head();
    if (content_ == content::refusal) {
        throw bad_answer("status " + std::to_string(reader_.status()), excerpt(refusal_));
    }
    if (content_ == content::gzip && !gunzip_->is_complete()) {
        throw bad_answer("short body", "the gzip has no end");
    }
    answer_sums sums;
    try {
        sums = check_.finish();
    } catch (const std::runtime_error& e) {
        throw bad_answer("wrong answer", e.what());
    }
    if (known_ != nullptr && sums != known_->sums) {
        throw bad_answer("wrong answer", "it differs from the first answer to this request");
    }
    return sums;
}

}  // namespace callstream::load
