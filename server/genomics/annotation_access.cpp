#include "server/genomics/annotation_access.hpp"

#include "engine/core/id.hpp"
#include "engine/core/parse.hpp"
#include "server/http/json_body.hpp"

#include <algorithm>

namespace callstream::genomics {
namespace {

constexpr std::int64_t range_bases_max = 100'000'000;
/// A page of search results is in memory as a whole.
constexpr std::size_t annotation_bytes_max = 1 << 20;

error refuse(std::string why) {
    return {errc::bad_request, std::move(why)};
}

result<void> check_range(const base_range& range) {
    if (range.start < 0 || range.start > range.end)
        return refuse("start and end must be 0 <= start <= end");
    if (range.end - range.start > range_bases_max)
        return refuse("an annotation has at most 100,000,000 bases");
    return {};
}

/// Which sequence `facts` name.
result<catalog::reference_item> find_sequence(
    const catalog::reference_item& sequences, const annotation_facts& facts
) {
    if (facts.reference_id.empty() && facts.reference_name.empty())
        return refuse("referenceName or referenceId is required");
    auto item = sequences;
    auto name = std::optional(facts.reference_name);
    if (name->empty()) {
        const auto parts = id::split_last(facts.reference_id);
        name = parts ? id::decode(parts->second) : std::nullopt;
    }
    const auto found = name ? item.file->find(*name) : std::nullopt;
    if (!found && !facts.reference_name.empty()) {
        return refuse(
            "the reference set of the annotation set has no reference '" + http::shown_name(*name) +
            "'"
        );
    }
    item.sequence = found.value_or(0);
    if (facts.reference_id.empty() || (found && item.id() == facts.reference_id)) return item;
    if (!facts.reference_name.empty())
        return refuse("referenceId and referenceName are not of the same reference");
    return refuse("referenceId is not of the reference set of the annotation set");
}

}  // namespace

result<store::annotation_set> find_annotation_set(
    const context& ctx, const catalog::snapshot& now, std::string_view id
) {
    auto set = ctx.store->annotations().find_set(id);
    if (!set) return set.error();
    if (!*set || !now.has_data_set((*set)->data_set)) {
        return error{
            errc::not_found,
            "there is no annotation set with the id '" + http::shown_name(id) + "'"};
    }
    return std::move(**set);
}

result<std::pair<store::annotation_set, std::int64_t>> find_place(
    const context& ctx, const catalog::snapshot& now, std::string_view annotation_id
) {
    const error unknown{errc::not_found, no_annotation};
    const auto dash = annotation_id.rfind('-');
    if (dash == std::string_view::npos) return unknown;
    const auto digits = annotation_id.substr(dash + 1);
    const auto number = parse_integer<std::int64_t>(digits);
    if (!number || std::to_string(*number) != digits) return unknown;
    auto set = find_annotation_set(ctx, now, annotation_id.substr(0, dash));
    if (!set) return set.error().code == errc::not_found ? unknown : set.error();
    return std::pair(std::move(*set), *number);
}

result<catalog::reference_item> sequences_of(
    const catalog::snapshot& now, const store::annotation_set& set
) {
    const auto* found = now.find_reference_set(set.reference_set);
    if (found != nullptr) {
        catalog::reference_item item{found, found->fasta->file(), found->digests->all()};
        if (item.file != nullptr) return item;
        if (catalog::awaits_index(*found)) {
            return error{errc::unavailable, "the index of the reference set is still being made"};
        }
    }
    return error{
        errc::precondition, "the reference set of this annotation set is not served any more"};
}

result<std::optional<std::string>> details_of(
    const store::annotation_set& set, const annotation_facts& facts, std::int64_t reference_length
) {
    if (facts.variant && set.type != "VARIANT")
        return refuse("only annotations of type VARIANT have variant; this one is " + set.type);
    if (facts.spliced && set.type != "TRANSCRIPT") {
        return refuse(
            "only annotations of type TRANSCRIPT have transcript; this one is " + set.type
        );
    }
    std::optional<std::string> out = facts.variant;
    if (facts.spliced) {
        const auto fine = check_transcript(*facts.spliced, reference_length);
        if (!fine) return fine.error();
        out = transcript_text(*facts.spliced);
    }
    const auto bytes = facts.name.size() + facts.info.size() + (out ? out->size() : 0);
    if (bytes > annotation_bytes_max) return refuse("an annotation has at most 1 MiB");
    return out;
}

result<store::new_annotation> place_annotation(
    const catalog::reference_item& sequences,
    const store::annotation_set& set,
    const annotation_facts& facts
) {
    if (facts.set_id.empty()) return refuse("annotationSetId is required");
    if (!facts.type.empty() && facts.type != set.type)
        return refuse("type must be that of the annotation set, " + set.type);
    if (auto fine = check_range(facts.range); !fine) return fine.error();
    const auto sequence = find_sequence(sequences, facts);
    if (!sequence) return sequence.error();
    const auto length = static_cast<std::int64_t>(sequence->entry().length);
    if (facts.range.end > length) {
        return refuse(
            "end is behind the end of the reference, which has " + std::to_string(length) + " bases"
        );
    }
    auto details = details_of(set, facts, length);
    if (!details) return details.error();
    return store::new_annotation{
        {static_cast<std::int64_t>(sequence->sequence), sequence->id(), sequence->entry().name},
        facts.range.start,
        facts.range.end,
        facts.reverse_strand,
        facts.name,
        std::move(*details),
        facts.info};
}

}  // namespace callstream::genomics
