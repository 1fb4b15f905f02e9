#include "server/brapi/contig_finder.hpp"

#include "engine/core/id.hpp"

#include <algorithm>
#include <utility>

namespace callstream::brapi {

std::optional<std::string> contig_finder::find(const std::string& name) const {
    for (auto& spelling : set_.home->contigs.spellings(name)) {
        if (has(spelling)) return std::move(spelling);
    }
    return std::nullopt;
}

std::optional<std::string> contig_finder::find_reference(const std::string& id) const {
    const auto parts = id::split_last(id);
    if (!parts || set_.reference_set_id.empty() || parts->first != set_.reference_set_id) {
        return std::nullopt;
    }
    const auto name = id::decode(parts->second);
    return name ? find(*name) : std::nullopt;
}

bool contig_finder::has(const std::string& name) const {
    const auto is_it = [&](const auto& contig) { return contig.name == name; };
    for (std::size_t i = 0; i < view_.files().size(); ++i) {
        const auto& declared = view_.files()[i]->header().contigs;
        if (std::any_of(declared.begin(), declared.end(), is_it)) return true;
        const auto* index = view_.index(i);  // may have what no header declares
        if (index == nullptr) continue;
        if (std::any_of(index->contigs().begin(), index->contigs().end(), is_it)) return true;
    }
    return false;
}

}  // namespace callstream::brapi
