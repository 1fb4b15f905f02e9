#include "engine/hts/cigar.hpp"

#include "engine/hts/bam_tags.hpp"

namespace callstream::hts {
namespace {

/// The operations in the tag CG; none when there is no such tag.
std::span<const std::uint8_t> operations_in_tag(std::span<const std::uint8_t> tags) {
    const auto tag = find_tag(tags, "CG");
    const bool is_array = tag && tag->is_array && (tag->type == 'I' || tag->type == 'i');
    return is_array ? tag->value : std::span<const std::uint8_t>();
}

}  // namespace

std::span<const std::uint8_t> whole_cigar(const bam_record& record) {
    const auto& head = record.head;
    if (record.cigar.empty() || head.reference < 0 || head.pos0 < 0) return record.cigar;
    // The stand-in clips the whole read away.
    const auto first = operation_at(record.cigar, 0);
    const bool stand_in = first.kind == cigar_kind::soft_clip && first.length == head.bases;
    if (!stand_in) return record.cigar;
    const auto real = operations_in_tag(record.tags);
    return real.size() < record.cigar.size() ? record.cigar : real;
}

}  // namespace callstream::hts
