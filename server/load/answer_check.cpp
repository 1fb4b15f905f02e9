#include "server/load/answer_check.hpp"

#include "engine/core/hash.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace callstream::load {

void answer_check::restart(subject s, const known_answer* known) {
    state_ = {{}, answer_items(s)};
    known_ = known;
    same_ = 0;
    is_same_ = known != nullptr;
    records_ = known == nullptr;
    bytes_ = 0;
    waiting_.clear();
    stretches_.clear();
}

void answer_check::take(std::string_view piece) {
    bytes_ += piece.size();
    while (!piece.empty()) {
        if (waiting_.empty() && piece.size() >= stretch_bytes) {
            take_stretch(piece.substr(0, stretch_bytes));
            piece.remove_prefix(stretch_bytes);
            continue;
        }
        const std::size_t count = std::min(piece.size(), stretch_bytes - waiting_.size());
        waiting_.append(piece.substr(0, count));
        piece.remove_prefix(count);
        if (waiting_.size() < stretch_bytes) return;
        take_stretch(waiting_);
        waiting_.clear();
    }
}

void answer_check::take_stretch(std::string_view stretch) {
    const bool wants_hash = is_same_ || records_;
    const std::uint64_t hash = wants_hash ? hash64(stretch) : 0;
    is_same_ =
        is_same_ && same_ < known_->stretches.size() && known_->stretches[same_].hash == hash;
    if (is_same_) {
        state_ = known_->stretches[same_++].after;
        return;
    }
    state_.json.feed(stretch, state_.items);
    records_ = records_ && budget_.take();
    if (records_) stretches_.push_back({hash, state_});
}

const answer_sums& answer_check::finish() {
    // The rest counts as a stretch, too: of short answers it is all there is.
    if (!waiting_.empty()) take_stretch(waiting_);
    waiting_.clear();
    state_.json.end(state_.items);
    if (!state_.items.counts_agree()) {
        throw std::runtime_error("the last line counts other lines than came");
    }
    return state_.items.sums();
}

known_answer answer_check::remember() {
    return {state_.items.sums(), std::exchange(stretches_, {})};
}

}  // namespace callstream::load
