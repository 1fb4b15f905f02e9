#include "engine/catalog/coverage.hpp"

#include "engine/variants/neighbour_index.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace callstream::catalog {
namespace {

/// Names of the contigs with records, by an index whose contigs are numbered as in the header when
/// it has no names of its own.
std::vector<covered_contig> contigs_of(
    const hts::index_file& index, const hts::variant_header& header
) {
    std::vector<covered_contig> out;
    for (std::size_t i = 0; i < index.contigs.size(); ++i) {
        const auto& contig = index.contigs[i];
        if (contig.chunks == 0) continue;
        if (index.has_names) {
            out.push_back({.name = contig.name});
            continue;
        }
        const auto known =
            std::find_if(header.contigs.begin(), header.contigs.end(), [&](const hts::contig& c) {
                return c.id == static_cast<std::int32_t>(i);
            });
        if (known != header.contigs.end()) out.push_back({.name = known->name});
    }
    return out;
}

bool starts_on_one_of(const coverage& c) {
    return std::any_of(c.contigs.begin(), c.contigs.end(), [&](const covered_contig& contig) {
        return contig.name == c.start->contig;
    });
}

relation overlap(std::size_t first, std::size_t second, std::string contig) {
    return {relation::kind::overlap, first, second, std::move(contig)};
}

/// Two files that start with the same place both have records there.
std::optional<relation> equal_starts(const std::vector<coverage>& files) {
    std::map<variants::variant_place, std::size_t> starts;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (!files[i].start) continue;
        const auto [at, is_new] = starts.emplace(*files[i].start, i);
        if (!is_new) return overlap(at->second, i, at->first.contig);
    }
    return std::nullopt;
}

relation relation_by_contigs(const std::vector<coverage>& files) {
    std::map<std::string_view, std::size_t> owner;
    for (std::size_t i = 0; i < files.size(); ++i) {
        for (const auto& contig : files[i].contigs) {
            if (!owner.emplace(contig.name, i).second) return {};
        }
    }
    return relation{.is = relation::kind::disjoint, .contig = {}};
}

relation relation_by_positions(const std::vector<coverage>& files) {
    struct stretch {
        const covered_contig* where;
        std::size_t file;
    };
    std::vector<stretch> all;
    for (std::size_t i = 0; i < files.size(); ++i) {
        for (const auto& contig : files[i].contigs) all.push_back({&contig, i});
    }
    std::sort(all.begin(), all.end(), [](const stretch& a, const stretch& b) {
        return std::pair(std::string_view(a.where->name), a.where->first_pos0) <
               std::pair(std::string_view(b.where->name), b.where->first_pos0);
    });
    for (std::size_t i = 1; i < all.size(); ++i) {
        const auto& [before, before_file] = all[i - 1];
        const auto& [now, now_file] = all[i];
        if (before->name == now->name && now->first_pos0 <= before->last_pos0) {
            return overlap(before_file, now_file, now->name);
        }
    }
    return relation{.is = relation::kind::disjoint, .contig = {}};
}

}  // namespace

coverage coverage_of(const variants::variant_file& file) {
    coverage out;
    out.start = file.first_place();
    if (!out.start) {
        out.contigs_known = out.positions_known = true;
        return out;
    }
    if (const auto index = file.index()) {
        for (const auto& c : index->contigs()) {
            out.contigs.push_back({c.name, c.first_pos0, c.last_pos0});
        }
        out.contigs_known = out.positions_known = true;
        return out;
    }
    const auto beside = variants::usable_neighbour_index(file.path(), file.identity());
    if (!beside) return out;
    out.contigs = contigs_of(*beside, file.header());
    out.contigs_known = starts_on_one_of(out);  // an index of another file may not even fit here
    return out;
}

relation relation_of(const std::vector<coverage>& files) {
    if (auto found = equal_starts(files)) return std::move(*found);
    const auto all = [&](bool coverage::*known) {
        return std::all_of(files.begin(), files.end(), [&](const coverage& c) { return c.*known; });
    };
    if (all(&coverage::positions_known)) return relation_by_positions(files);
    if (all(&coverage::contigs_known)) return relation_by_contigs(files);
    return {};
}

}  // namespace callstream::catalog
