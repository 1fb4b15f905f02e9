#include "engine/catalog/reads_reference.hpp"

#include <algorithm>

namespace callstream::catalog {
namespace {

bool fits(const reads::sam_header& header, const reference_set& set) {
    const auto file = set.fasta->file();
    if (file == nullptr || header.references.empty()) return false;
    const auto digests = set.digests->all();
    return std::all_of(header.references.begin(), header.references.end(), [&](const auto& wanted) {
        const auto at = file->find(wanted.name);
        if (!at || file->sequences()[*at].length != wanted.length) return false;
        return wanted.md5.empty() || digests == nullptr ||
               digests->sequences[*at].md5 == wanted.md5;
    });
}

}  // namespace

const reference_set* reference_of(const snapshot& now, const read_group_set& reads) {
    if (!reads.reference_set_id.empty()) return now.find_reference_set(reads.reference_set_id);
    const reference_set* elsewhere = nullptr;
    std::size_t fitting = 0;
    for (const auto& set : now.reference_sets()) {
        if (!fits(reads.file->header(), set)) continue;
        if (set.home->id == reads.home->id) return &set;
        elsewhere = &set;
        ++fitting;
    }
    return fitting == 1 ? elsewhere : nullptr;
}

}  // namespace callstream::catalog
