#include "server/brapi/callset_filter.hpp"

#include <array>

namespace callstream::brapi {
namespace {

constexpr std::array<filter_name<callset_filter>, 18> names = {{
    {"callSetDbId", &callset_filter::call_set_ids},
    {"callSetName", &callset_filter::call_set_names},
    {"commonCropName", &callset_filter::common_crop_names},
    {"externalReferenceId", &callset_filter::external_ids},
    {"externalReferenceID", &callset_filter::external_ids},
    {"externalReferenceSource", &callset_filter::external_sources},
    {"germplasmDbId", &callset_filter::germplasm_ids},
    {"germplasmName", &callset_filter::germplasm_names},
    {"listDbId", &callset_filter::list_ids},
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

link link_of(const catalog::call_set& c) {
    return {c.set->home.get(), c.facts(), &c.name(), c};
}

}  // namespace

bool callset_filter::is_listed(
    const list_members& listed, const relations& all, const catalog::call_set& c
) {
    // A criterion without a text would let everything through.
    const auto has = [](const criterion& of, const std::string& id) {
        return of.wanted() && !id.empty() && of.fits(id);
    };
    const link l = link_of(c);
    return has(listed.sample_ids, all.sample(l).id) ||
           has(listed.germplasm_ids, all.germplasm(l).id);
}

bool callset_filter::any() const {
    return any_wanted<callset_filter>(*this, names);
}

bool callset_filter::fits(const relations& all, const catalog::variant_set& set) const {
    link l;
    l.home = set.home.get();
    return variant_set_ids.fits(set.id) && common_crop_names.fits(l.home->crop) &&
           fits_entity(program_ids, program_names, [&] { return all.program(l); }) &&
           fits_entity(trial_ids, trial_names, [&] { return all.trial(l); });
}

bool callset_filter::fits(const relations& all, const catalog::call_set& c) const {
    static const catalog::sample_facts nothing;
    const link l = link_of(c);
    const auto& facts = l.facts == nullptr ? nothing : *l.facts;
    return call_set_names.fits(c.name()) && (!call_set_ids.wanted() || call_set_ids.fits(c.id())) &&
           fits_references(facts.external_references, external_ids, external_sources) &&
           fits_entity(study_ids, study_names, [&] { return all.study(l); }) &&
           fits_entity(germplasm_ids, germplasm_names, [&] { return all.germplasm(l); }) &&
           fits_entity(sample_ids, sample_names, [&] { return all.sample(l); }) &&
           (!of_lists || is_listed(*of_lists, all, c));
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
