// Which call sets are wanted: one value for the parameters of GET /callsets and the body of POST
// /search/callsets, so that both mean the same.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "server/brapi/criterion.hpp"
#include "server/brapi/relations.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace callstream::brapi {

/// All criteria must fit. What the operator did not write down of a call set fits no text. Names of
/// entities are those that their own lists show, whatever a single data set calls them.
struct callset_filter {
    criterion call_set_ids;
    criterion call_set_names;
    criterion common_crop_names;
    criterion external_ids;
    criterion external_sources;
    criterion germplasm_ids;
    criterion germplasm_names;
    criterion list_ids;
    criterion program_ids;
    criterion program_names;
    criterion sample_ids;
    criterion sample_names;
    criterion study_ids;
    criterion study_names;
    criterion trial_ids;
    criterion trial_names;
    criterion variant_set_ids;

    /// What stands in the lists that are wanted; nothing as long as nobody looked. One must fit.
    struct list_members {
        criterion germplasm_ids;
        criterion sample_ids;
    };
    std::optional<list_members> of_lists;

    /// Columns of what stands behind the extracts among the variant sets that are wanted, once
    /// somebody looked. Of the snapshot that is filtered.
    std::unordered_map<const catalog::variant_set*, std::unordered_set<std::uint32_t>> of_extracts;

    /// Whether what a call set is of stands there.
    static bool is_listed(
        const list_members& listed, const relations& all, const catalog::call_set& c
    );

    bool any() const;
    /// Whether call sets of this variant set can fit.
    bool fits(const relations& all, const catalog::variant_set& set) const;
    /// Of a variant set that fits.
    bool fits(const relations& all, const catalog::call_set& c) const;

    /// Whether it is in one of the variant sets that are wanted.
    bool is_in_sets(const catalog::call_set& c) const;

    /// The search body that means this filter, in one spelling per meaning.
    boost::json::object to_body() const;
};

/// `callSetDbId=` and so on: one value each, an empty one filters nothing.
result<callset_filter> read_callset_filter(http::query& q);
/// `callSetDbIds` and so on.
result<callset_filter> read_callset_filter(http::json_fields& body);

}  // namespace callstream::brapi
