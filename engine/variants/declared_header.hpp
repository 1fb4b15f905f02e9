// What a variant file's header declares, line by line.
#pragma once

#include "engine/hts/header_lines.hpp"
#include "engine/variants/variant_file.hpp"

#include <cstddef>
#include <vector>

namespace callstream::variants {

struct declared_header {
    std::vector<hts::header_line> lines;
    std::size_t count = 0;  ///< of all lines of the file
};

/// At most `lines_max` of them. Errors are those of `variant_file::cursor`.
result<declared_header> declared_header_of(variant_file& file, std::size_t lines_max);

}  // namespace callstream::variants
