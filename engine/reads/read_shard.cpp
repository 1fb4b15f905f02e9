#include "engine/reads/read_shard.hpp"

#include "engine/core/hash.hpp"
#include "engine/hts/bam_fields.hpp"

#include <algorithm>
#include <limits>

namespace callstream::reads {
namespace {

__extension__ using wide = __int128;

constexpr std::uint64_t counted_max = std::uint64_t{1} << 36;
constexpr std::uint64_t hashes = std::uint64_t{1} << 32;

std::uint64_t bases_of(const line_part& part) {
    return part.region.reference < 0 ? hashes : std::max<std::uint64_t>(part.bases, 1);
}

/// The first base of a part, which begins at `begin` of a line of `total`, that lies at k/n of the
/// line or behind.
std::uint64_t base_at(
    const line_part& part,
    std::uint64_t begin,
    std::uint64_t total,
    std::uint64_t k,
    std::uint64_t n
) {
    const wide before = wide{k} * total - wide{begin} * n;
    if (before <= 0) return 0;
    const wide parts = wide{n} * part.weight;
    const wide bases = wide{bases_of(part)};
    // As a fraction of the part, which may lie far before.
    if (before >= parts) return static_cast<std::uint64_t>(bases);
    return static_cast<std::uint64_t>((before * bases + parts - 1) / parts);
}

std::int64_t rank_of(std::int32_t reference) {
    return reference < 0 ? std::numeric_limits<std::int64_t>::max() : reference;
}

}  // namespace

std::vector<line_part> whole_line(const sam_header& header, const reads_index* index) {
    const bool counted =
        index != nullptr && index->unplaced && index->counts.size() == header.references.size();
    std::vector<line_part> out;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < header.references.size(); ++i) {
        line_part part{{static_cast<std::int32_t>(i)}, header.references[i].length, 1};
        part.weight = part.bases;
        if (counted) {
            const auto counts = index->counts[i].value_or(reference_counts{});
            // An index may count whatever it likes.
            part.weight =
                std::min(counts.mapped, counted_max) + std::min(counts.unmapped, counted_max);
        }
        part.weight = std::max<std::uint64_t>(part.weight, 1);
        total += part.weight;
        out.push_back(part);
    }
    constexpr std::uint64_t usual_share = 16;  // few reads have no reference
    const auto unplaced = counted ? std::min(*index->unplaced, counted_max) : total / usual_share;
    out.push_back({{-1}, 1, std::max<std::uint64_t>(unplaced, 1)});
    return out;
}

read_shard::read_shard(
    const std::vector<line_part>& parts, std::uint32_t number, std::uint32_t count
) {
    std::uint64_t total = 0;
    for (const auto& part : parts) total += part.weight;
    std::uint64_t begin = 0;
    for (const auto& part : parts) {
        const auto first = base_at(part, begin, total, number, count);
        const auto end = base_at(part, begin, total, number + std::uint64_t{1}, count);
        begin += part.weight;
        if (first >= end) continue;
        auto region = part.region;
        if (region.reference >= 0) {
            const auto origin = region.begin0;
            region.begin0 = origin + static_cast<std::int64_t>(first);
            // A read that has a reference and no position stands before its first base.
            if (region.begin0 == 0) region.begin0 = -1;
            // What lies behind the end of its reference belongs to the last base.
            if (end < bases_of(part)) region.end0 = origin + static_cast<std::int64_t>(end);
        }
        regions_.push_back(region);
        pieces_.push_back({part.region.begin0, bases_of(part), first, end});
    }
}

bool read_shard::has(const hts::bam_record& record) const {
    const auto reference = record.head.reference;
    const auto at = std::lower_bound(
        regions_.begin(),
        regions_.end(),
        rank_of(reference),
        [](const read_region& region, std::int64_t rank) {
            return rank_of(region.reference) < rank;
        }
    );
    if (at == regions_.end() || at->reference != reference) return false;
    const auto& p = pieces_[static_cast<std::size_t>(at - regions_.begin())];
    const auto base = [&]() -> std::uint64_t {
        if (reference < 0) return hash64(hts::fields_of(record).name) >> 32;
        const auto from_origin = std::max<std::int64_t>(record.head.pos0 - p.origin0, 0);
        return std::min(static_cast<std::uint64_t>(from_origin), p.bases - 1);
    }();
    return base >= p.first && base < p.end;
}

}  // namespace callstream::reads
