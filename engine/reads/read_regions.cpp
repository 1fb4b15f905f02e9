#include "engine/reads/read_regions.hpp"

#include "engine/hts/cigar.hpp"

#include <algorithm>
#include <utility>

namespace callstream::reads {
namespace {

/// Records without a reference come last.
std::int64_t rank_of(std::int32_t reference) {
    return reference < 0 ? std::numeric_limits<std::int64_t>::max() : reference;
}

bool comes_before(const read_region& region, const hts::bam_record_head& head) {
    const auto rank = rank_of(region.reference);
    const auto other = rank_of(head.reference);
    return rank < other || (rank == other && head.reference >= 0 && region.end0 <= head.pos0);
}

bool holds(const read_region& region, const hts::bam_record& record) {
    if (region.reference != record.head.reference) return false;
    if (region.reference < 0) return true;
    return record.head.pos0 < region.end0 && end_of(record) > region.begin0;
}

}  // namespace

std::vector<read_region> merged(std::vector<read_region> regions) {
    std::sort(regions.begin(), regions.end(), [](const auto& a, const auto& b) {
        return std::pair(rank_of(a.reference), a.begin0) <
               std::pair(rank_of(b.reference), b.begin0);
    });
    std::vector<read_region> out;
    for (const auto& region : regions) {
        const bool touches = !out.empty() && out.back().reference == region.reference &&
                             region.begin0 <= out.back().end0;
        if (touches) {
            out.back().end0 = std::max(out.back().end0, region.end0);
        } else {
            out.push_back(region);
        }
    }
    return out;
}

std::int64_t end_of(const hts::bam_record& record) {
    constexpr std::uint16_t unmapped = 4;
    std::int64_t length = 0;
    if ((record.head.flag & unmapped) == 0) {
        const auto cigar = hts::whole_cigar(record);
        for (std::size_t i = 0; i < cigar.size() / 4; ++i) {
            const auto operation = hts::operation_at(cigar, i);
            if (hts::takes_reference(operation.kind)) length += operation.length;
        }
    }
    return record.head.pos0 + std::max<std::int64_t>(length, 1);
}

read_filter::verdict read_filter::judge(const hts::bam_record& record) {
    if (all_) return verdict::wanted;
    if (!sorted_) {
        const bool wanted = std::any_of(regions_.begin(), regions_.end(), [&](const auto& region) {
            return holds(region, record);
        });
        return wanted ? verdict::wanted : verdict::unwanted;
    }
    const std::size_t before = at_;
    while (at_ < regions_.size() && comes_before(regions_[at_], record.head)) ++at_;
    if (at_ == regions_.size()) return verdict::done;
    if (holds(regions_[at_], record)) return verdict::wanted;
    return at_ == before ? verdict::unwanted : verdict::next_region;
}

}  // namespace callstream::reads
