#include "engine/variants/variant_cursor.hpp"

#include "engine/core/hash.hpp"
#include "engine/variants/ordinal_index.hpp"

#include <string>

namespace callstream::variants {

variant_cursor::variant_cursor(hts::vcf_reader reader, std::uint64_t first_record)
    : reader_(std::move(reader)), opened_(reader_.identity()), first_record_(first_record) {}

void variant_cursor::place(std::uint64_t ordinal, std::uint64_t virtual_offset) {
    reader_.seek(virtual_offset);
    upcoming_ = ordinal;
    current_ = nullptr;
    loaded_ahead_ = false;
    contig_ = -1;
    next_duplicate_ = 1;
}

void variant_cursor::rewind() {
    place(0, first_record_);
    is_counted_ = true;
    is_read_ = false;
}

/// Whether the record that was read last is one of these.
bool variant_cursor::is_between(std::uint64_t first, std::uint64_t last) const {
    return is_counted_ && is_read_ && first <= ordinal_ && ordinal_ <= last;
}

void variant_cursor::seek(std::uint64_t ordinal, const ordinal_index& index) {
    const ordinal_entry& entry = index.floor(ordinal);
    if (is_between(entry.ordinal + 1, ordinal)) {
        place(ordinal_, virtual_offset_);
        next_duplicate_ = duplicate_;
    } else {
        place(entry.ordinal, entry.virtual_offset);
        next_duplicate_ = entry.duplicate;
    }
    is_counted_ = true;
    do {
        load();
        if (current_ == nullptr) throw damaged_file("the file ends before its index does");
        if (ordinal_ == entry.ordinal && pos0_ != entry.pos0) {
            throw damaged_file("the file does not fit its index");
        }
    } while (upcoming_ <= ordinal);
    loaded_ahead_ = true;
}

bool variant_cursor::resume(const resume_point& point) {
    place(point.ordinal, point.virtual_offset);
    next_duplicate_ = point.duplicate;
    is_counted_ = false;
    load();
    loaded_ahead_ = true;
    return current_ != nullptr && check_of(*current_) == point.check;
}

const hts::record* variant_cursor::next() {
    if (loaded_ahead_) {
        loaded_ahead_ = false;
    } else {
        load();
    }
    return current_;
}

const hts::record* variant_cursor::next_at(std::uint64_t ordinal, const ordinal_index& index) {
    const std::uint64_t upcoming = loaded_ahead_ ? ordinal_ : upcoming_;
    if (ordinal != upcoming && index.floor(ordinal).ordinal > upcoming) seek(ordinal, index);
    while (next() != nullptr && ordinal_ < ordinal) {
    }
    if (current_ == nullptr) throw damaged_file("the file ends before its index does");
    return current_;
}

void variant_cursor::load() {
    is_read_ = false;
    virtual_offset_ = reader_.tell();
    current_ = reader_.next();
    if (current_ == nullptr) return;
    is_read_ = true;
    ordinal_ = upcoming_++;
    if (contig_ < 0) {
        duplicate_ = next_duplicate_;
    } else {
        const bool same_place = current_->contig == contig_ && current_->pos0 == pos0_;
        duplicate_ = same_place ? duplicate_ + 1 : 1;
    }
    contig_ = current_->contig;
    pos0_ = current_->pos0;
}

std::uint32_t variant_cursor::check_of(const hts::record& r) const {
    std::string place(reader_.contig_name(r.contig));
    place.append(1, ':').append(std::to_string(r.pos0));
    return static_cast<std::uint32_t>(hash64(place));
}

resume_point variant_cursor::here() const {
    return {ordinal_, virtual_offset_, duplicate_, check_of(*current_)};
}

}  // namespace callstream::variants
