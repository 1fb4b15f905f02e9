#include "engine/variants/declared_header.hpp"

namespace callstream::variants {

result<declared_header> declared_header_of(variant_file& file, std::size_t lines_max) {
    const auto cursor = file.cursor();
    if (!cursor) return cursor.error();
    const auto& reader = (*cursor)->reader();
    return declared_header{hts::header_lines(reader, lines_max), hts::header_line_count(reader)};
}

}  // namespace callstream::variants
