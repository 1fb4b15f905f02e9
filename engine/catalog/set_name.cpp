#include "engine/catalog/set_name.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace callstream::catalog {
namespace {

constexpr const char* nameless = "variants";

bool is_separator(char c) {
    return c == '.' || c == '_' || c == '-';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// A part of a stem with the separator before it (none before the first).
struct part {
    std::string separator;
    std::string text;
};

std::vector<part> parts_of(std::string_view stem) {
    std::vector<part> parts(1);
    for (const char c : stem) {
        if (is_separator(c)) {
            parts.push_back({std::string(1, c), ""});
        } else {
            parts.back().text += c;
        }
    }
    return parts;
}

std::string joined(const std::vector<part>& parts) {
    std::string out;
    for (const auto& p : parts) out += (out.empty() ? "" : p.separator) + p.text;
    return out;
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return lower;
}

/// Chromosomes that have no number: of sex, of organelles, unplaced.
bool is_letter_chromosome(std::string_view lower) {
    constexpr std::array<std::string_view, 8> letters = {"x", "y", "z", "w", "m", "mt", "pt", "un"};
    return std::find(letters.begin(), letters.end(), lower) != letters.end();
}

/// `chr1`, `Chr2B`, `chrom7`, `chrX`, `chrMT`, `chr1H`.
bool names_chromosome(std::string_view text) {
    constexpr std::array<std::string_view, 3> prefixes = {"chromosome", "chrom", "chr"};
    const std::string lower = lower_case(text);
    for (const auto prefix : prefixes) {
        if (!std::string_view(lower).starts_with(prefix)) continue;
        const std::string rest = lower.substr(prefix.size());
        return (!rest.empty() && is_digit(rest.front())) || is_letter_chromosome(rest);
    }
    return false;
}

std::string without_number(std::string text) {
    while (!text.empty() && is_digit(text.back())) text.pop_back();
    return text;
}

std::string common_prefix(const std::vector<std::string>& stems) {
    std::string prefix = stems.front();
    for (const auto& stem : stems) {
        const auto differ = std::mismatch(prefix.begin(), prefix.end(), stem.begin(), stem.end());
        prefix.erase(differ.first, prefix.end());
    }
    while (!prefix.empty() && (is_separator(prefix.back()) || is_digit(prefix.back()))) {
        prefix.pop_back();
    }
    return prefix;
}

}  // namespace

std::string name_of_one(std::string_view stem) {
    auto parts = parts_of(stem);
    std::erase_if(parts, [](const part& p) { return names_chromosome(p.text); });
    const auto name = joined(parts);
    return name.empty() ? nameless : name;
}

std::string series_of(std::string_view stem) {
    auto parts = parts_of(stem);
    std::erase_if(parts, [](const part& p) {
        return names_chromosome(p.text) || without_number(p.text).empty() ||
               is_letter_chromosome(lower_case(p.text));
    });
    for (auto& p : parts) p.text = without_number(p.text);
    return joined(parts);
}

std::string name_of_many(const std::vector<std::string>& stems) {
    const auto first = name_of_one(stems.front());
    const bool agree = std::all_of(stems.begin(), stems.end(), [&](const std::string& stem) {
        return name_of_one(stem) == first;
    });
    if (agree) return first;
    std::vector<std::vector<part>> split;
    for (const auto& stem : stems) split.push_back(parts_of(stem));
    auto common = split.front();
    const bool same_form = std::all_of(split.begin(), split.end(), [&](const auto& parts) {
        return parts.size() == common.size();
    });
    std::string name;
    if (same_form) {
        std::size_t at = 0;
        std::erase_if(common, [&](const part& p) {
            const std::size_t i = at++;
            return std::any_of(split.begin(), split.end(), [&](const auto& parts) {
                return parts[i].text != p.text;
            });
        });
        name = joined(common);
    }
    if (name.empty()) name = common_prefix(stems);
    return name.empty() ? nameless : name;
}

}  // namespace callstream::catalog
