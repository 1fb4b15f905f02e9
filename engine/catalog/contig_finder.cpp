#include "engine/catalog/contig_finder.hpp"

#include "engine/core/id.hpp"

#include <utility>

namespace callstream::catalog {

std::optional<std::string> contig_finder::find(const std::string& name) {
    for (auto& spelling : set_.home->contigs.spellings(name)) {
        if (has(spelling)) return std::move(spelling);
    }
    return std::nullopt;
}

std::optional<std::string> contig_finder::find_reference(const std::string& id) {
    const auto parts = id::split_last(id);
    if (!parts || set_.reference_set_id.empty() || parts->first != set_.reference_set_id) {
        return std::nullopt;
    }
    const auto name = id::decode(parts->second);
    return name ? find(*name) : std::nullopt;
}

template <class Each>
bool contig_finder::any_contig(Each each) const {
    for (std::size_t i = 0; i < view_.files().size(); ++i) {
        for (const auto& contig : view_.files()[i]->header().contigs) {
            if (each(contig.name)) return true;
        }
        const auto* index = view_.index(i);  // may have what no header declares
        if (index == nullptr) continue;
        for (const auto& contig : index->contigs()) {
            if (each(contig.name)) return true;
        }
    }
    return false;
}

bool contig_finder::has(const std::string& name) {
    constexpr int few = 8;
    if (asked_++ < few) {
        return any_contig([&](const std::string& known) { return known == name; });
    }
    if (names_.empty()) {
        any_contig([&](const std::string& known) {
            names_.insert(known);
            return false;
        });
    }
    return names_.contains(name);
}

}  // namespace callstream::catalog
