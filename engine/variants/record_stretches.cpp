#include "engine/variants/record_stretches.hpp"

#include "engine/variants/ordinal_index.hpp"
#include "engine/variants/variant_file.hpp"

namespace callstream::variants {
namespace {

constexpr std::uint64_t eof_block_bytes = 28;

std::uint64_t end_of_records(const variant_file& file) {
    return (file.identity().size - eof_block_bytes) << 16;
}

std::uint64_t offset_of(
    variant_cursor& cursor,
    const variant_file& file,
    const ordinal_index& index,
    std::uint64_t ordinal
) {
    if (ordinal >= index.records()) return end_of_records(file);
    const auto& entry = index.floor(ordinal);
    if (entry.ordinal == ordinal) return entry.virtual_offset;
    cursor.seek(ordinal, index);
    if (cursor.next() == nullptr) throw damaged_file("has fewer records than its index");
    return cursor.here().virtual_offset;
}

std::uint64_t first_record(variant_cursor& cursor) {
    cursor.rewind();
    return cursor.reader().tell();
}

}  // namespace

result<std::vector<virtual_stretch>> header_stretch(variant_file& file) {
    auto cursor = file.cursor();
    if (!cursor) return cursor.error();
    return std::vector<virtual_stretch>{{0, first_record(**cursor)}};
}

result<std::vector<virtual_stretch>> record_stretches(
    variant_file& file, const ordinal_index& index, const selection* selected
) {
    auto cursor = file.cursor();
    if (!cursor) return cursor.error();
    if (selected == nullptr) {
        return std::vector<virtual_stretch>{{first_record(**cursor), end_of_records(file)}};
    }
    (*cursor)->reader().want(hts::wanted_fields::none);
    std::vector<virtual_stretch> out;
    for (std::size_t i = 0; i < selected->runs(); ++i) {
        const auto run = selected->run(i);
        out.push_back(
            {offset_of(**cursor, file, index, run.first), offset_of(**cursor, file, index, run.end)}
        );
    }
    return out;
}

}  // namespace callstream::variants
