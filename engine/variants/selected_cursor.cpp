#include "engine/variants/selected_cursor.hpp"

#include <algorithm>
#include <limits>

namespace callstream::variants {

void selected_cursor::enter(std::uint64_t rank) {
    rest_ = {};
    run_ = selected_->runs();
    if (rank >= selected_->size()) return;
    run_ = selected_->run_with(rank);
    rest_ = selected_->run(run_);
    rest_.first = (*selected_)[rank];
}

result<void> selected_cursor::seek(std::uint64_t number) {
    if (!selected_) return records_.seek(number);
    enter(number);
    if (run_ == selected_->runs()) return {};
    return records_.seek(rest_.first);
}

result<bool> selected_cursor::resume(const set_place& place) {
    if (selected_) {
        enter(selected_->rank_of(place.ordinal()));
        if (run_ == selected_->runs() || rest_.first != place.ordinal()) return false;
    }
    return records_.resume(place);
}

const hts::record* selected_cursor::next() {
    if (!selected_) return records_.next();
    if (rest_.first == rest_.end) {
        if (run_ == selected_->runs() || ++run_ == selected_->runs()) return nullptr;
        rest_ = selected_->run(run_);
    }
    return records_.next_at(rest_.first++);
}

std::uint64_t selected_cursor::ordinal_of(std::uint64_t number) const {
    if (!selected_) return number;
    if (number < selected_->size()) return (*selected_)[number];
    return records_.view().indexed_records().value_or(std::numeric_limits<std::uint64_t>::max());
}

}  // namespace callstream::variants
