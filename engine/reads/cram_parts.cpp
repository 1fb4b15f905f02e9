#include "engine/reads/cram_parts.hpp"

#include "engine/hts/crai_file.hpp"
#include "engine/hts/cram_bytes.hpp"
#include "engine/reads/reads_index.hpp"

#include <set>

namespace callstream::reads {

cram_parts parts_of_cram(
    const reads_file& file,
    const std::filesystem::path& path,
    const std::vector<read_region>& regions
) {
    const auto size = file.identity().size;
    hts::cram_bytes bytes(file.descriptor(), size);
    bytes.read_header();
    const std::uint64_t first = bytes.bytes_done();
    const std::uint64_t last = size - (bytes.version().major < 3 ? 30 : 38);
    cram_parts out{{0, first}, {{first, last}}, {last, size}};
    if (first >= last) out.containers.clear();
    if (regions.empty()) return out;
    const auto index = open_reads_index(path, file);
    const auto slices = index
                            ? hts::read_crai_slices(index->get())
                            : result<std::vector<hts::crai_slice>>(std::vector<hts::crai_slice>());
    if (!slices || slices->empty()) return out;
    std::set<std::uint64_t> borders{last};
    for (const auto& slice : *slices) borders.insert(slice.container);
    if (*borders.begin() < first || *borders.rbegin() > last) return out;
    std::set<std::uint64_t> wanted;
    for (const auto& slice : *slices) {
        const auto begin0 = slice.start1 - 1;
        for (const auto& region : regions) {
            const bool reaches = region.reference < 0 ||
                                 (begin0 < region.end0 && begin0 + slice.span > region.begin0);
            if (region.reference == slice.reference && reaches) wanted.insert(slice.container);
        }
    }
    out.containers.clear();
    for (const auto address : wanted) {
        const auto end = *borders.upper_bound(address);
        auto& all = out.containers;
        if (!all.empty() && all.back().end == address) {
            all.back().end = end;
        } else {
            all.push_back({address, end});
        }
    }
    return out;
}

}  // namespace callstream::reads
