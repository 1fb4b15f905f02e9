#include "engine/variants/selected_cursor.hpp"

#include <algorithm>
#include <limits>

namespace callstream::variants {

result<void> selected_cursor::seek(std::uint64_t number) {
    if (!selected_) return records_.seek(number);
    upcoming_ = std::min(number, selected_->size());
    if (upcoming_ == selected_->size()) return {};
    return records_.seek((*selected_)[upcoming_]);
}

result<bool> selected_cursor::resume(const set_place& place) {
    if (selected_) {
        upcoming_ = selected_->rank_of(place.ordinal());
        const bool is_selected =
            upcoming_ < selected_->size() && (*selected_)[upcoming_] == place.ordinal();
        if (!is_selected) return false;
    }
    return records_.resume(place);
}

const hts::record* selected_cursor::next() {
    if (!selected_) return records_.next();
    if (upcoming_ == selected_->size()) return nullptr;
    return records_.next_at((*selected_)[upcoming_++]);
}

std::uint64_t selected_cursor::ordinal_of(std::uint64_t number) const {
    if (!selected_) return number;
    if (number < selected_->size()) return (*selected_)[number];
    return records_.view().indexed_records().value_or(std::numeric_limits<std::uint64_t>::max());
}

}  // namespace callstream::variants
