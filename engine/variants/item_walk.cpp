#include "engine/variants/item_walk.hpp"

#include <algorithm>
#include <utility>

namespace callstream::variants {
namespace {

/// What every walk may rely on; nothing before the files are indexed.
std::optional<std::uint64_t> rows_of(const walk_part& part) {
    return part.selected ? std::optional(part.selected->size()) : part.view.indexed_records();
}

}  // namespace

std::optional<std::uint64_t> walk_part::items_shown() const {
    const auto rows = selected ? std::optional(selected->size()) : view.record_count();
    return rows ? std::optional(*rows * per_row) : std::nullopt;
}

item_walk::item_walk(std::vector<walk_part> parts, hts::wanted_fields fields)
    : parts_(std::move(parts)), fields_(fields) {}

void item_walk::enter(std::size_t part, std::uint64_t part_first) {
    part_ = part;
    part_first_ = part_first;
    row_ = nullptr;
    within_ = 0;
    ended_ = false;
    const auto& in = parts_[part];
    cursor_.emplace(set_cursor(in.view, fields_, in.columns), in.selected);
}

result<void> item_walk::seek(std::uint64_t number) {
    std::uint64_t first = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        if (parts_[i].per_row == 0) continue;
        const auto rows = rows_of(parts_[i]);
        const bool is_here = !rows || number - first < *rows * parts_[i].per_row;
        if (is_here) {
            enter(i, first);
            return seek_in_part(number - first);
        }
        first += *rows * parts_[i].per_row;
    }
    part_first_ = first;
    to_end();
    return {};
}

result<void> item_walk::seek_in_part(std::uint64_t number) {
    if (auto moved = cursor_->seek(number / per_row()); !moved) return moved;
    // What is not indexed may turn out to be empty, and then these are items of a later part.
    std::uint64_t left = number % per_row();
    load();
    while (left > 0 && row_ != nullptr) {
        const std::uint64_t step = std::min(left, per_row() - within_);
        left -= step;
        pass(step);
    }
    return {};
}

result<bool> item_walk::resume(const item_place& place) {
    if (place.part >= parts_.size() || place.within >= parts_[place.part].per_row) return false;
    enter(place.part, place.part_first);
    const auto resumed = cursor_->resume(place.row);
    if (!resumed || !*resumed) return resumed;
    load();
    within_ = place.within;
    return row_ != nullptr;
}

void item_walk::load() {
    within_ = 0;
    for (;;) {
        row_ = cursor_->next();
        if (row_ != nullptr) return;
        leave_part();
        if (ended_) return;
        if (const auto moved = cursor_->seek(0); !moved) {
            throw damaged_file("the next variant set: " + moved.error().text);
        }
    }
}

void item_walk::leave_part() {
    if (!cursor_->at().is_unchanged()) throw damaged_file("the file was changed in place");
    const std::uint64_t next_first = part_first_ + cursor_->count_at_end() * parts_[part_].per_row;
    for (std::size_t next = part_ + 1; next < parts_.size(); ++next) {
        if (parts_[next].per_row > 0) return enter(next, next_first);
    }
    part_first_ = next_first;
    to_end();
}

void item_walk::to_end() {
    row_ = nullptr;
    within_ = 0;
    ended_ = true;
}

void item_walk::pass(std::uint64_t items) {
    within_ += items;
    if (within_ >= per_row()) load();
}

std::uint64_t item_walk::number() const {
    if (ended_ || !cursor_) return part_first_;
    return part_first_ + cursor_->number_of(cursor_->at().ordinal()) * per_row() + within_;
}

item_place item_walk::here() const {
    return {
        .part = static_cast<std::uint32_t>(part_),
        .part_first = part_first_,
        .row = cursor_->at().here(),
        .within = static_cast<std::uint32_t>(within_)};
}

std::optional<std::uint64_t> item_walk::total() const {
    if (ended_) return part_first_;
    std::uint64_t all = 0;
    for (const auto& part : parts_) {
        if (part.per_row == 0) continue;
        const auto items = part.items_shown();
        if (!items) return std::nullopt;
        all += *items;
    }
    return all;
}

}  // namespace callstream::variants
