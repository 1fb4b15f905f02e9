// What several handlers of annotations ask of store and catalog first.
#pragma once

#include "engine/catalog/reference_item.hpp"
#include "server/genomics/annotation_json.hpp"
#include "server/genomics/context.hpp"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace callstream::genomics {

constexpr const char* no_annotation = "there is no annotation with this id";

/// `errc::not_found`, also for a set of a data set that is not in `now`: that it exists is nobody
/// else's business.
result<store::annotation_set> find_annotation_set(
    const context& ctx, const catalog::snapshot& now, std::string_view id
);

/// The set and the number of an annotation, which may be gone; `errc::not_found` as above.
result<std::pair<store::annotation_set, std::int64_t>> find_place(
    const context& ctx, const catalog::snapshot& now, std::string_view annotation_id
);

/// The reference set of an annotation set, at its first sequence. `errc::unavailable` while its
/// index is being made, `errc::precondition` when it is not served any more. Valid as long as
/// `now`.
result<catalog::reference_item> sequences_of(
    const catalog::snapshot& now, const store::annotation_set& set
);

/// The annotation as the set can hold it; `errc::bad_request` when it cannot.
result<store::new_annotation> place_annotation(
    const catalog::reference_item& sequences,
    const store::annotation_set& set,
    const annotation_facts& facts
);

/// JSON of what makes a variant or a transcript of it, where the set takes that.
result<std::optional<std::string>> details_of(
    const store::annotation_set& set, const annotation_facts& facts, std::int64_t reference_length
);

}  // namespace callstream::genomics
