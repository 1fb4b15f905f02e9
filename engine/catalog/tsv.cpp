#include "engine/catalog/tsv.hpp"

#include <algorithm>
#include <set>

namespace callstream::catalog {
namespace {

std::string_view take_line(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::vector<std::string> cells_of(std::string_view line) {
    std::vector<std::string> cells;
    for (std::size_t at = 0;;) {
        const auto end = line.find('\t', at);
        cells.emplace_back(line.substr(at, end - at));
        if (end == std::string_view::npos) return cells;
        at = end + 1;
    }
}

error wrong_line(std::size_t number, const std::string& what) {
    return {errc::bad_request, "line " + std::to_string(number) + " " + what};
}

}  // namespace

result<tsv_table> parse_tsv(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // spreadsheets write this mark
    tsv_table table;
    for (std::size_t number = 1; !text.empty(); ++number) {
        auto line = take_line(text);
        if (line.empty()) continue;
        if (!table.columns.empty()) {
            table.rows.push_back(cells_of(line));
            const std::size_t cells = table.rows.back().size();
            if (cells == table.columns.size()) continue;
            return wrong_line(
                number,
                "has " + std::to_string(cells) + " cells instead of " +
                    std::to_string(table.columns.size())
            );
        }
        if (line.starts_with('#')) line.remove_prefix(1);
        table.columns = cells_of(line);
        std::set<std::string_view> seen;
        for (const auto& name : table.columns) {
            if (!seen.insert(name).second) {
                return wrong_line(number, "has the column '" + name + "' twice");
            }
        }
    }
    if (table.columns.empty()) return error{errc::bad_request, "has no line of column names"};
    return table;
}

}  // namespace callstream::catalog
