// Which variant sets are wanted: one value for the parameters of GET /variantsets and the body of
// POST /search/variantsets, so that both mean the same.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "server/brapi/criterion.hpp"
#include "server/brapi/relations.hpp"

namespace callstream::brapi {

/// All criteria must fit.
struct variantset_filter {
    criterion call_set_ids;
    criterion common_crop_names;
    criterion external_ids;
    criterion external_sources;
    criterion program_ids;
    criterion program_names;
    criterion reference_ids;
    criterion reference_set_ids;
    criterion study_ids;
    criterion study_names;
    criterion trial_ids;
    criterion trial_names;
    criterion variant_ids;
    criterion variant_set_ids;

    bool any() const;
    /// Whether anything but ids of variant sets is asked for.
    bool any_but_ids() const;
    /// Leaves out the variants.
    bool fits(const relations& all, const catalog::variant_set& set) const;
    /// No file gives a variant set references to elsewhere; `wrote` is null when nobody did.
    bool fits_references(const written* wrote) const;
    /// Whether the set has one of the variants that are wanted, if any are. `errc::unavailable`
    /// while that is not known.
    result<bool> fits_variants(const catalog::variant_set& set) const;

    /// The search body that means this filter, in one spelling per meaning.
    boost::json::object to_body() const;
};

result<variantset_filter> read_variantset_filter(http::query& q);
result<variantset_filter> read_variantset_filter(http::json_fields& body);

}  // namespace callstream::brapi
