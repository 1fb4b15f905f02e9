#include "server/exports/row_export.hpp"

#include <utility>

namespace callstream::exports {

row_export::row_export(export_subject subject, hts::wanted_fields fields)
    : subject_(std::move(subject)),
      cursor_(variants::set_cursor(subject_.view, fields), subject_.variants) {}

result<void> row_export::start() {
    return cursor_.seek(0);
}

result<row_export::progress> row_export::fill(text_buffer& out) {
    const std::size_t limit = out.size() + streaming::block_bytes;
    if (!begun_) {
        begun_ = true;
        begin(out);
    }
    auto state = progress::more;
    while (state == progress::more && out.size() < limit) {
        const auto* record = cursor_.next();
        if (record != nullptr) {
            add(out, *record, cursor_.at());
        } else {
            end(out);
            state = progress::done;
        }
    }
    // Behind the reading: what was written counts only if the bytes were those of the file.
    if (!cursor_.at().is_unchanged()) throw damaged_file("the file was changed in place");
    return state;
}

std::optional<std::uint64_t> row_export::row_count() const {
    return subject_.variants ? subject_.variants->size() : subject_.view.indexed_records();
}

std::string row_export::name_of(const hts::record& record, const variants::set_cursor& at) const {
    return marker_name(
        record.name, at.reader().contig_name(record.contig), record.pos0, at.duplicate()
    );
}

std::string marker_name(
    std::string_view names, std::string_view contig, std::int64_t pos0, std::uint32_t duplicate
) {
    if (!names.empty()) return std::string(names.substr(0, names.find(';')));
    std::string name(contig);
    name.append(":").append(std::to_string(pos0 + 1));
    if (duplicate > 1) name.append(":").append(std::to_string(duplicate));
    return name;
}

}  // namespace callstream::exports
