#include "engine/catalog/reference_facts.hpp"

#include "engine/catalog/tsv.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace callstream::catalog {
namespace {

error wrong(std::string what) {
    return {errc::bad_request, std::move(what)};
}

/// The cells of one row, in the order of `known_columns`.
constexpr std::array<std::string_view, 14> known_columns = {
    "name",
    "commonCropName",
    "externalReferenceId",
    "externalReferenceSource",
    "isDerived",
    "md5checksum",
    "sourceAccessions",
    "sourceDivergence",
    "sourceGermplasmDbId",
    "sourceGermplasmName",
    "sourceURI",
    "speciesTerm",
    "speciesTermURI",
    "additionalInfo",
};
using cells = std::array<std::string, known_columns.size()>;

/// For each column of the table its place in `cells`.
result<std::vector<std::size_t>> places_of(const std::vector<std::string>& columns) {
    std::vector<std::size_t> places;
    for (const auto& column : columns) {
        const auto at = std::find(known_columns.begin(), known_columns.end(), column);
        if (at == known_columns.end()) return wrong("has an unknown column: " + column);
        places.push_back(static_cast<std::size_t>(at - known_columns.begin()));
    }
    if (std::find(columns.begin(), columns.end(), "name") == columns.end()) {
        return wrong("has no column 'name' with the names of the sequences");
    }
    return places;
}

result<std::optional<bool>> read_boolean(const std::string& cell) {
    if (cell.empty()) return std::optional<bool>{};
    if (cell == "true") return std::optional(true);
    if (cell == "false") return std::optional(false);
    return wrong("wants true or false for isDerived");
}

result<std::optional<double>> read_fraction(const std::string& cell) {
    if (cell.empty()) return std::optional<double>{};
    double value = -1;
    const char* end = cell.data() + cell.size();
    const auto [stop, code] = std::from_chars(cell.data(), end, value);
    const bool whole = code == std::errc{} && stop == end;
    if (whole && value >= 0 && value <= 1) return std::optional(value);
    return wrong("wants a number from 0 to 1 for sourceDivergence");
}

/// Ids and names in the same order; either may be left out.
result<std::vector<source_germplasm>> read_germplasm(
    const std::string& ids, const std::string& names
) {
    const auto all_ids = parts_of(ids);
    const auto all_names = parts_of(names);
    if (!all_ids.empty() && !all_names.empty() && all_ids.size() != all_names.size()) {
        return wrong("has another number of sourceGermplasmName than of sourceGermplasmDbId");
    }
    std::vector<source_germplasm> out(std::max(all_ids.size(), all_names.size()));
    for (std::size_t i = 0; i < all_ids.size(); ++i) out[i].id = all_ids[i];
    for (std::size_t i = 0; i < all_names.size(); ++i) out[i].name = all_names[i];
    return out;
}

/// M5 is written in lower case, whatever the table has.
std::string lower_case(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

result<reference_facts> facts_of(cells row) {
    auto& [name, crop, external_ids, external_sources, derived, md5, accessions, divergence, germplasm_ids, germplasm_names, uri, term, term_uri, more] =
        row;
    auto external = external_references_of(external_ids, external_sources);
    if (!external) return external.error();
    const auto is_derived = read_boolean(derived);
    if (!is_derived) return is_derived.error();
    const auto fraction = read_fraction(divergence);
    if (!fraction) return fraction.error();
    auto germplasm = read_germplasm(germplasm_ids, germplasm_names);
    if (!germplasm) return germplasm.error();
    return reference_facts{
        std::move(crop),
        std::move(*external),
        *is_derived,
        lower_case(std::move(md5)),
        parts_of(accessions),
        *fraction,
        std::move(*germplasm),
        std::move(uri),
        std::move(term),
        std::move(term_uri),
        std::move(more)};
}

}  // namespace

result<reference_table> read_reference_table(std::string_view text) {
    auto table = parse_tsv(text);
    if (!table) return table.error();
    const auto places = places_of(table->columns);
    if (!places) return places.error();
    reference_table out;
    for (auto& row : table->rows) {
        cells sorted;
        for (std::size_t i = 0; i < row.size(); ++i) sorted[(*places)[i]] = std::move(row[i]);
        const auto name = sorted.front();
        auto facts = facts_of(std::move(sorted));
        if (!facts) return wrong("has the sequence '" + name + "', which " + facts.error().text);
        if (!out.emplace(name, std::move(*facts)).second) {
            return wrong("has the sequence '" + name + "' twice");
        }
    }
    return out;
}

}  // namespace callstream::catalog
