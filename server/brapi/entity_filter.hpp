// Which programs, trials, studies, germplasm, samples or plates are wanted: one value for the
// parameters of a list and the body of a search. All kinds take the same criteria.
#pragma once

#include "server/brapi/criterion.hpp"
#include "server/brapi/relations.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <optional>

namespace callstream::brapi {

/// All criteria must fit one link of an entity: a trial is found by any of its studies, and a study
/// by a germplasm and a trial only if it has that germplasm in that trial.
struct entity_filter {
    criterion common_crop_names;
    criterion external_ids;
    criterion external_sources;
    criterion germplasm_ids;
    criterion germplasm_names;
    criterion plate_ids;
    criterion plate_names;
    criterion program_ids;
    criterion program_names;
    criterion sample_ids;
    criterion sample_names;
    criterion study_ids;
    criterion study_names;
    criterion study_types;
    criterion trial_ids;
    criterion trial_names;

    /// Of members that only clients write, in the order of the table in the .cpp.
    static constexpr std::size_t member_count = 21;
    std::array<criterion, member_count> members;
    criterion contact_ids;       ///< of the entity itself, as the next one
    std::optional<bool> active;  ///< what is not known to be either fits neither

    bool any() const;
    bool fits(entity_type type, const relations& all, const link& l) const;
    /// Whether only samples can answer these criteria.
    bool asks_samples() const;
    /// The search body that means this filter, in one spelling per meaning.
    boost::json::object to_body() const;
};

result<entity_filter> read_entity_filter(http::query& q);
result<entity_filter> read_entity_filter(http::json_fields& body);

}  // namespace callstream::brapi
