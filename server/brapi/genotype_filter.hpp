// Which variants of which variant sets are wanted, and which of their call sets: one value for all
// that shows variants, calls or matrices, whether it is asked with GET or by a search.
#pragma once

#include "engine/variants/select_variants.hpp"
#include "server/brapi/callset_filter.hpp"
#include "server/brapi/criterion.hpp"
#include "server/brapi/variantset_filter.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace callstream::brapi {

/// All criteria must fit. Beyond what BrAPI names there are `positionRange` everywhere,
/// `variantName`, `referenceName`, `listDbId`, and bounds on frequencies under the names that Gigwa
/// gave them, as fractions between 0 and 1.
struct genotype_filter {
    // of variant sets
    criterion common_crop_names;
    criterion program_ids;
    criterion program_names;
    criterion reference_set_ids;
    criterion study_ids;
    criterion study_names;
    criterion trial_ids;
    criterion trial_names;
    criterion variant_set_ids;
    // of call sets
    std::vector<std::string> call_set_ids;  ///< in the order in which they are wanted
    criterion call_set_names;
    criterion germplasm_ids;
    criterion germplasm_names;
    criterion germplasm_puis;
    criterion sample_ids;
    criterion sample_names;
    // of variants
    criterion external_ids;
    criterion external_sources;
    criterion reference_ids;
    criterion reference_names;
    criterion variant_ids;
    criterion variant_names;
    std::vector<std::string> position_ranges;  ///< `contig:start-end`, 1-based, both inclusive
    std::optional<std::int64_t> start;         ///< 0-based, inclusive
    std::optional<std::int64_t> end;           ///< exclusive
    variants::count_bounds counts;
    // of either
    std::string list_id;

    bool any() const;
    bool asks_for_call_sets() const;
    bool asks_for_variants() const;

    /// The search body that means this filter, in one spelling per meaning.
    boost::json::object to_body() const;
    /// The part of it that chooses variants of a set.
    boost::json::object variants_body() const;
};

/// Ids of call sets, variants and variant sets may be several, separated by commas, which no such
/// id holds; so may position ranges.
result<genotype_filter> read_genotype_filter(http::query& q);
result<genotype_filter> read_genotype_filter(http::json_fields& body);

/// What stands between the commas of a parameter; empty without one.
result<std::vector<std::string>> read_comma_list(http::query& q, const std::string& name);

/// `contig:start-end` as `bcftools -r` reads it: `contig`, `contig:100` (one base), `contig:100-`
/// and `contig:-200` are ranges, too. Half-open, 0-based.
struct position_range {
    std::string contig;
    std::int64_t begin0 = 0;
    std::int64_t end0 = 0;
};

/// What a range may mean: the whole text as a contig, and the part before its last colon as one.
/// Which of them, depends on the contigs of a file. `errc::bad_request` when it is neither.
result<std::vector<position_range>> read_position_range(const std::string& text);

}  // namespace callstream::brapi
