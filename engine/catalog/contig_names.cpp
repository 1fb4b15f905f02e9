#include "engine/catalog/contig_names.hpp"

#include <algorithm>

namespace callstream::catalog {
namespace {

constexpr std::string_view prefix = "chr";

bool is_mitochondrion(std::string_view name) {
    return name == "M" || name == "MT" || name == "chrM" || name == "chrMT";
}

std::vector<std::string> usual_spellings(const std::string& name) {
    if (is_mitochondrion(name)) return {"MT", "chrM", "M", "chrMT"};
    const bool prefixed = name.size() > prefix.size() && name.starts_with(prefix);
    return {prefixed ? name.substr(prefix.size()) : std::string(prefix) + name};
}

}  // namespace

void contig_names::declare(const std::vector<std::string>& names) {
    for (const auto& name : names) {
        auto& others = declared_[name];
        others.insert(others.end(), names.begin(), names.end());
    }
}

std::vector<std::string> contig_names::spellings(std::string_view name) const {
    std::vector<std::string> out;
    const auto add = [&out](const std::vector<std::string>& names) {
        for (const auto& n : names) {
            if (std::find(out.begin(), out.end(), n) == out.end()) out.push_back(n);
        }
    };
    const std::string asked(name);
    add({asked});
    const auto usual = usual_spellings(asked);
    for (const auto& spelling : {std::vector<std::string>{asked}, usual}) {
        for (const auto& n : spelling) {
            if (const auto at = declared_.find(n); at != declared_.end()) add(at->second);
        }
    }
    add(usual);
    return out;
}

}  // namespace callstream::catalog
