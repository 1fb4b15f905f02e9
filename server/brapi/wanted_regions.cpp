#include "server/brapi/wanted_regions.hpp"

#include "engine/catalog/contig_finder.hpp"

#include <optional>
#include <utility>

namespace callstream::brapi {
using catalog::contig_finder;
namespace {

using texts = std::unordered_set<std::string>;

void add_range(contig_finder& contigs, const std::string& text, regions& into, texts& found) {
    const auto meanings = read_position_range(text);
    if (!meanings) return;
    for (const auto& meaning : *meanings) {
        auto contig = contigs.find(meaning.contig);
        if (!contig) contig = contigs.find_reference(meaning.contig);
        if (!contig) continue;
        into.push_back({std::move(contig), meaning.begin0, meaning.end0});
        found.insert(text);
        return;
    }
}

/// The window of a search for variants, on the references that are named, else on all.
regions window_of(const genotype_filter& wanted, contig_finder& contigs, texts& found) {
    variants::region window;
    window.begin0 = wanted.start.value_or(window.begin0);
    window.end0 = wanted.end.value_or(window.end0);
    if (!wanted.reference_ids.wanted() && !wanted.reference_names.wanted()) return {window};
    regions out;
    const auto add = [&](const std::string& text, std::optional<std::string> contig) {
        if (!contig) return;
        window.contig = std::move(contig);
        out.push_back(window);
        found.insert(text);
    };
    for (const auto& id : wanted.reference_ids.texts()) add(id, contigs.find_reference(id));
    for (const auto& name : wanted.reference_names.texts()) add(name, contigs.find(name));
    return out;
}

}  // namespace

std::vector<regions> regions_of(
    const genotype_filter& wanted,
    const catalog::variant_set& set,
    const variants::set_view& view,
    std::unordered_set<std::string>& found
) {
    std::vector<regions> out;
    contig_finder contigs(set, view);
    if (!wanted.position_ranges.empty()) {
        auto& ranges = out.emplace_back();
        for (const auto& text : wanted.position_ranges) add_range(contigs, text, ranges, found);
    }
    const bool has_window = wanted.start || wanted.end || wanted.reference_ids.wanted() ||
                            wanted.reference_names.wanted();
    if (has_window) out.push_back(window_of(wanted, contigs, found));
    return out;
}

std::vector<std::string> regions_not_in(
    const std::unordered_set<std::string>& found, const genotype_filter& wanted, std::size_t most
) {
    std::vector<std::string> out;
    const auto look = [&](const char* parameter, const std::vector<std::string>& all) {
        for (const auto& text : all) {
            if (out.size() == most) return;
            if (found.contains(text)) continue;
            out.push_back(
                std::string("No variant set has the contig of the ") + parameter + " " +
                http::shown_name(text)
            );
        }
    };
    look("positionRange", wanted.position_ranges);
    look("referenceDbId", wanted.reference_ids.texts());
    look("referenceName", wanted.reference_names.texts());
    return out;
}

}  // namespace callstream::brapi
