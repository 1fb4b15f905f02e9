#include "server/brapi/callset_filter.hpp"

#include <array>

namespace callstream::brapi {
namespace {

constexpr std::array<filter_name<callset_filter>, 17> names = {{
    {"callSetDbId", &callset_filter::call_set_ids},
    {"callSetName", &callset_filter::call_set_names},
    {"commonCropName", &callset_filter::common_crop_names},
    {"externalReferenceId", &callset_filter::external_ids},
    {"externalReferenceID", &callset_filter::external_ids},
    {"externalReferenceSource", &callset_filter::external_sources},
    {"germplasmDbId", &callset_filter::germplasm_ids},
    {"germplasmName", &callset_filter::germplasm_names},
    {"programDbId", &callset_filter::program_ids},
    {"programName", &callset_filter::program_names},
    {"sampleDbId", &callset_filter::sample_ids},
    {"sampleName", &callset_filter::sample_names},
    {"studyDbId", &callset_filter::study_ids},
    {"studyName", &callset_filter::study_names},
    {"trialDbId", &callset_filter::trial_ids},
    {"trialName", &callset_filter::trial_names},
    {"variantSetDbId", &callset_filter::variant_set_ids},
}};

}  // namespace

bool callset_filter::any() const {
    return any_wanted<callset_filter>(*this, names);
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
    if (!fits_references(facts.external_references, external_ids, external_sources)) return false;
    if (!call_set_ids.wanted() && !sample_ids.wanted()) return true;
    const auto id = c.id();
    return call_set_ids.fits(id) && sample_ids.fits(facts.sample_id.empty() ? id : facts.sample_id);
}

boost::json::object callset_filter::to_body() const {
    return filter_body<callset_filter>(*this, names);
}

result<callset_filter> read_callset_filter(http::query& q) {
    return read_filter<callset_filter>(q, names);
}

result<callset_filter> read_callset_filter(http::json_fields& body) {
    return read_filter<callset_filter>(body, names);
}

}  // namespace callstream::brapi
