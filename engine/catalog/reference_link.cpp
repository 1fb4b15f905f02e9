#include "engine/catalog/reference_link.hpp"

#include <optional>

namespace callstream::catalog {
namespace {

std::optional<std::size_t> find_sequence(
    const std::string& contig, const reference::reference_file& reference, const contig_names& names
) {
    for (const auto& spelling : names.spellings(contig)) {
        if (const auto at = reference.find(spelling)) return at;
    }
    return std::nullopt;
}

}  // namespace

std::string misfit(
    const hts::variant_header& header,
    const reference::reference_file& reference,
    const contig_names& names
) {
    if (header.contigs.empty()) return "declares no contigs";
    for (const auto& contig : header.contigs) {
        const auto at = find_sequence(contig.name, reference, names);
        if (!at) return "declares the contig " + contig.name + ", which the reference lacks";
        const std::uint64_t length = reference.sequences()[*at].length;
        if (contig.length == 0 || static_cast<std::uint64_t>(contig.length) == length) continue;
        return "declares " + contig.name + " with " + std::to_string(contig.length) +
               " bases, in the reference it has " + std::to_string(length);
    }
    return {};
}

}  // namespace callstream::catalog
