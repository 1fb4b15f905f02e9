#include "engine/variants/set_cursor.hpp"

namespace callstream::variants {
namespace {

error not_indexed() {
    return {
        errc::unavailable,
        "the file is being indexed; until then pages are reached by nextPageToken"};
}

}  // namespace

set_cursor::set_cursor(set_view view, hts::wanted_fields fields, wanted_columns narrow_to)
    : view_(std::move(view)), fields_(fields), narrow_to_(std::move(narrow_to)) {
    if (narrow_to_) narrower_.emplace(narrow_to_);
}

result<void> set_cursor::enter(std::uint32_t file, std::uint64_t file_first) {
    columns_.reset();
    cursor_.reset();
    auto cursor = view_.files()[file]->cursor();
    if (!cursor) return cursor.error();
    cursor_.emplace(std::move(*cursor));
    (*cursor_)->reader().want(fields_);
    if (narrow_to_) {
        columns_ = column_cursor::of(*view_.files()[file], view_.index(file), narrow_to_);
    }
    file_ = file;
    file_first_ = file_first;
    return {};
}

result<void> set_cursor::rewind() {
    if (auto entered = enter(0, 0); !entered) return entered;
    if (!columns_) (*cursor_)->rewind();
    return {};
}

result<void> set_cursor::seek(std::uint64_t ordinal) {
    return ordinal == 0 ? rewind() : seek_by_index(ordinal);
}

/// The number of files when no file has it.
result<std::uint32_t> set_cursor::file_with(std::uint64_t ordinal) const {
    const auto files = static_cast<std::uint32_t>(view_.files().size());
    for (std::uint32_t file = 0; file < files; ++file) {
        const auto first = view_.first_ordinal(file);
        const ordinal_index* index = view_.index(file);
        if (!first || index == nullptr) return not_indexed();
        if (ordinal - *first < index->records()) return file;
    }
    return files;
}

result<void> set_cursor::seek_by_index(std::uint64_t ordinal) {
    const auto file = file_with(ordinal);
    if (!file) return file.error();
    const auto first = *view_.first_ordinal(*file);
    if (*file == view_.files().size()) {
        columns_.reset();
        cursor_.reset();
        file_ = *file;
        file_first_ = first;
        return {};
    }
    if (auto entered = enter(*file, first); !entered) return entered;
    const auto local = ordinal - first;
    columns_ ? columns_->seek(local) : (*cursor_)->seek(local, *view_.index(*file));
    return {};
}

result<bool> set_cursor::seek_in_memory(std::uint64_t ordinal) {
    const auto file = file_with(ordinal);
    if (!file) return file.error();
    if (narrow_to_ || *file == view_.files().size()) return false;
    const auto first = *view_.first_ordinal(*file);
    const auto& index = *view_.index(*file);
    const auto local = ordinal - first;
    if (!index.is_within_block(local)) return false;
    auto cursor = view_.files()[*file]->cursor_holding(index.floor(local).virtual_offset);
    if (!cursor) return cursor.error();
    if (!*cursor) return false;
    cursor_.reset();
    cursor_.emplace(std::move(**cursor));
    (*cursor_)->reader().want(fields_);
    file_ = *file;
    file_first_ = first;
    (*cursor_)->seek(local, index);
    return true;
}

result<bool> set_cursor::resume(const set_place& place) {
    if (place.file >= view_.files().size()) return false;
    if (auto entered = enter(place.file, place.file_first); !entered) return entered.error();
    try {
        if (!(*cursor_)->resume(place.point)) return false;
        if (!columns_ || columns_->resume(place.point.ordinal, **cursor_)) return true;
        columns_.reset();  // the token counts otherwise than our index, so records are read
        return (*cursor_)->resume(place.point);
    } catch (const damaged_file&) {
        return false;  // while neither side has indexed the file, anything may stand there
    }
}

const hts::record* set_cursor::next() {
    while (cursor_) {
        if (const hts::record* r = next_in_file()) return r;
        leave_file();
    }
    return nullptr;
}

const hts::record* set_cursor::next_in_file() {
    return columns_ ? columns_->next(**cursor_) : narrowed((*cursor_)->next());
}

const hts::record* set_cursor::narrowed(const hts::record* r) {
    return r != nullptr && narrower_ ? narrower_->narrow(*r, reader()) : r;
}

bool set_cursor::is_in_file(std::uint64_t ordinal) const {
    return cursor_ && ordinal - file_first_ < view_.index(file_)->records();
}

const hts::record* set_cursor::next_at(std::uint64_t ordinal) {
    if (!is_in_file(ordinal)) {
        if (!is_unchanged()) throw damaged_file("the file was changed in place");
        if (const auto moved = seek_by_index(ordinal); !moved) {
            throw damaged_file("a file of the variant set: " + moved.error().text);
        }
    }
    if (columns_) {
        columns_->seek(ordinal - file_first_);
        return columns_->next(**cursor_);
    }
    return narrowed((*cursor_)->next_at(ordinal - file_first_, *view_.index(file_)));
}

/// When it was walked to its end.
std::uint64_t set_cursor::records_in_file() const {
    return columns_ ? view_.index(file_)->records() : (*cursor_)->records_at_end();
}

void set_cursor::leave_file() {
    if (!is_unchanged()) throw damaged_file("the file was changed in place");
    const std::uint64_t records = records_in_file();
    const ordinal_index* index = view_.index(file_);
    if (index != nullptr && index->records() != records) {
        throw damaged_file("the file has another number of records than its index");
    }
    const std::uint64_t next_first = file_first_ + records;
    columns_.reset();
    cursor_.reset();
    if (++file_ == view_.files().size()) {
        file_first_ = next_first;
        return;
    }
    if (const auto entered = enter(file_, next_first); !entered) {
        throw damaged_file("the next file of the variant set: " + entered.error().text);
    }
    if (!columns_) (*cursor_)->rewind();
}

}  // namespace callstream::variants
