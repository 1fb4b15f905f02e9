#include "server/brapi/matrix_page.hpp"

#include "engine/paging/page_plan.hpp"
#include "server/brapi/format_field.hpp"

#include <algorithm>
#include <optional>

namespace callstream::brapi {
namespace {

/// Finds the FORMAT fields of the chosen sets by what clients call them.
class field_finder {
 public:
    explicit field_finder(const genotype_choice& chosen) : chosen_(chosen) {}

    std::optional<data_matrix> by_abbreviation(const std::string& text) const {
        if (text == "GT") return genotypes();
        auto found = find([&](const auto& field) { return field.name == text; });
        // BrAPI's examples call the read depth RD, VCF calls it DP.
        if (!found && text == "RD") return by_abbreviation("DP");
        return found;
    }
    std::optional<data_matrix> by_name(const std::string& text) const {
        if (text == "Genotype" || text == "GT") return genotypes();
        auto found = find([&](const auto& field) { return field_title(field) == text; });
        return found ? found : by_abbreviation(text);
    }
    static data_matrix genotypes() { return {"GT", "Genotype", "string"}; }

 private:
    template <class Fits>
    std::optional<data_matrix> find(Fits fits) const {
        for (const auto& c : chosen_.sets) {
            for (const auto& file : c.view.files()) {
                for (const auto& field : file->header().formats) {
                    if (!fits(field)) continue;
                    return data_matrix{field.name, field_title(field), data_type(field)};
                }
            }
        }
        return std::nullopt;
    }

    const genotype_choice& chosen_;
};

}  // namespace

std::vector<data_matrix> matrices_of(
    const genotype_choice& chosen, const matrix_query& wanted, std::vector<std::string>& warnings
) {
    if (wanted.preview) return {};
    std::vector<data_matrix> out;
    if (wanted.abbreviations.empty() && wanted.names.empty()) {
        return {field_finder::genotypes()};
    }
    const field_finder fields(chosen);
    const auto add = [&](std::optional<data_matrix> found, const std::string& text) {
        if (!found) {
            warnings.push_back("There is no data matrix " + http::shown_name(text));
            return;
        }
        const bool is_there = std::any_of(out.begin(), out.end(), [&](const auto& m) {
            return m.field == found->field;
        });
        if (!is_there) out.push_back(std::move(*found));
    };
    for (const auto& text : wanted.abbreviations) add(fields.by_abbreviation(text), text);
    for (const auto& text : wanted.names) add(fields.by_name(text), text);
    return out;
}

matrix_window matrix_window::of(const dimension_page& asked, std::uint64_t usual) {
    const auto page = asked.page.value_or(0);
    const auto size = asked.size.value_or(static_cast<std::int64_t>(usual));
    return {
        static_cast<std::uint64_t>(page),
        static_cast<std::uint64_t>(size),
        paging::first_item(page, size)};
}

page_columns::page_columns(const genotype_choice& chosen, const matrix_window& page) {
    std::size_t on_page = 0;
    for (const auto& c : chosen.sets) {
        const std::uint64_t first = std::max(page.first, total) - total;
        const std::uint64_t count = c.columns.size();
        const std::uint64_t room = page.size - std::min<std::uint64_t>(page.size, on_page);
        const std::uint64_t end = first < count ? first + std::min(room, count - first) : first;
        part p;
        if (first < end) {
            const auto at = c.columns.begin();
            p.columns = std::vector<std::uint32_t>(
                at + static_cast<std::ptrdiff_t>(first), at + static_cast<std::ptrdiff_t>(end)
            );
        }
        p.before = on_page;
        on_page += p.columns.samples().size();
        total += count;
        parts.push_back(std::move(p));
    }
    for (auto& p : parts) p.behind = on_page - p.before - p.columns.samples().size();
}

}  // namespace callstream::brapi
