// Which references and which reference sets are wanted: one value for the parameters of a GET and
// the body of a search, so that both mean the same.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "server/brapi/criterion.hpp"
#include "server/brapi/relations.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>

namespace callstream::brapi {

/// What both can be asked for. All criteria must fit; what the operator did not write down fits no
/// text. MD5s are judged apart, because they are known later than the rest.
struct reference_criteria {
    criterion accessions;
    criterion common_crop_names;
    criterion external_ids;
    criterion external_sources;
    criterion germplasm_ids;
    criterion germplasm_names;
    criterion md5s;
    criterion program_ids;
    criterion program_names;
    criterion reference_set_ids;
    criterion study_ids;
    criterion study_names;
    criterion trial_ids;
    criterion trial_names;

    /// Whether references of this set can fit.
    bool fits_home(const relations& all, const catalog::reference_set& set) const;
    /// Of a set that fits.
    bool fits_facts(const catalog::data_set& home, const catalog::reference_facts& facts) const;
};

struct reference_filter : reference_criteria {
    criterion reference_ids;
    std::optional<bool> is_derived;  ///< what is not known to be either fits neither
    std::optional<std::int64_t> length_min;
    std::optional<std::int64_t> length_max;  ///< inclusive

    bool any() const;
    /// Of a set that fits; leaves out the ids and MD5s.
    bool fits(
        const catalog::data_set& home, const catalog::reference_facts& facts, std::uint64_t length
    ) const;
    /// The search body that means this filter, in one spelling per meaning.
    boost::json::object to_body() const;
};

result<reference_filter> read_reference_filter(http::query& q);
result<reference_filter> read_reference_filter(http::json_fields& body);

struct reference_set_filter : reference_criteria {
    criterion assembly_puis;

    bool any() const;
    boost::json::object to_body() const;
};

result<reference_set_filter> read_reference_set_filter(http::query& q);
result<reference_set_filter> read_reference_set_filter(http::json_fields& body);

}  // namespace callstream::brapi
