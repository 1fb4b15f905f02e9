#include "server/brapi/callset_filter.hpp"

namespace callstream::brapi {
namespace {

constexpr criterion_names<callset_filter, 17> names = {{
    {"callSetDbId", "callSetDbIds", &callset_filter::call_set_ids},
    {"callSetName", "callSetNames", &callset_filter::call_set_names},
    {nullptr, "commonCropNames", &callset_filter::common_crop_names},
    {"externalReferenceId", "externalReferenceIds", &callset_filter::external_ids},
    {"externalReferenceID", "externalReferenceIDs", &callset_filter::external_ids},
    {"externalReferenceSource", "externalReferenceSources", &callset_filter::external_sources},
    {"germplasmDbId", "germplasmDbIds", &callset_filter::germplasm_ids},
    {nullptr, "germplasmNames", &callset_filter::germplasm_names},
    {nullptr, "programDbIds", &callset_filter::program_ids},
    {nullptr, "programNames", &callset_filter::program_names},
    {"sampleDbId", "sampleDbIds", &callset_filter::sample_ids},
    {nullptr, "sampleNames", &callset_filter::sample_names},
    {nullptr, "studyDbIds", &callset_filter::study_ids},
    {nullptr, "studyNames", &callset_filter::study_names},
    {nullptr, "trialDbIds", &callset_filter::trial_ids},
    {nullptr, "trialNames", &callset_filter::trial_names},
    {"variantSetDbId", "variantSetDbIds", &callset_filter::variant_set_ids},
}};

}  // namespace

bool callset_filter::any() const {
    return any_wanted(*this, names);
}

bool callset_filter::fits(const catalog::variant_set& set) const {
    const auto& home = *set.home;
    return variant_set_ids.fits(set.id) && common_crop_names.fits(home.crop) &&
           program_ids.fits(home.program.id) && program_names.fits(home.program.name) &&
           trial_ids.fits(home.trial.id) && trial_names.fits(home.trial.name);
}

bool callset_filter::fits(const catalog::call_set& c) const {
    static const catalog::sample_facts nothing;
    const auto* listed = c.facts();
    const auto& facts = listed == nullptr ? nothing : *listed;
    const auto& study = c.set->home->study;
    const bool own_study = !facts.study_id.empty() && facts.study_id != study.id;
    if (!call_set_names.fits(c.name())) return false;
    if (!sample_names.fits(facts.sample_name.empty() ? c.name() : facts.sample_name)) return false;
    if (!germplasm_ids.fits(facts.germplasm_id)) return false;
    if (!germplasm_names.fits(facts.germplasm_name)) return false;
    if (!study_ids.fits(own_study ? facts.study_id : study.id)) return false;
    if (!study_names.fits(own_study ? facts.study_id : study.name)) return false;
    if (!fits_external(facts.external_references, external_ids, external_sources)) return false;
    if (!call_set_ids.wanted() && !sample_ids.wanted()) return true;
    const auto id = c.id();
    return call_set_ids.fits(id) && sample_ids.fits(facts.sample_id.empty() ? id : facts.sample_id);
}

boost::json::object callset_filter::to_body() const {
    return body_of(*this, names);
}

result<callset_filter> read_callset_filter(http::query& q) {
    callset_filter f;
    if (auto read = read_criteria(q, names, f); !read) return read.error();
    return f;
}

result<callset_filter> read_callset_filter(http::json_fields& body) {
    callset_filter f;
    if (auto read = read_criteria(body, names, f); !read) return read.error();
    return f;
}

}  // namespace callstream::brapi
