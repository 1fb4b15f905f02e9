// Tables of tab-separated values with a line of column names, as operators write them beside their
// data.
#pragma once

#include "engine/core/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace callstream::catalog {

struct tsv_table {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;  ///< each as wide as `columns`
};

/// Lines end with LF or CRLF; empty lines are skipped, a `#` before the first column name too.
/// Cells are taken as they are. `errc::bad_request` names the line that is wrong.
result<tsv_table> parse_tsv(std::string_view text);

}  // namespace callstream::catalog
