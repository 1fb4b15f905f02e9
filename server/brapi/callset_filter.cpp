#include "server/brapi/callset_filter.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <iterator>

namespace callstream::brapi {
namespace {

struct name_of_criterion {
    const char* parameter;  // of GET; null where it has none
    const char* field;      // of the search body
    criterion callset_filter::*where;
};

// Several names of one criterion stand together; the first is the one that is written.
constexpr std::array<name_of_criterion, 17> names = {{
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

/// Of one external reference both must fit.
bool fits_references(
    const std::vector<catalog::external_reference>& references,
    const criterion& ids,
    const criterion& sources
) {
    if (!ids.wanted() && !sources.wanted()) return true;
    return std::any_of(references.begin(), references.end(), [&](const auto& r) {
        return ids.fits(r.id) && sources.fits(r.source);
    });
}

}  // namespace

void criterion::add(std::vector<std::string> texts) {
    std::move(texts.begin(), texts.end(), std::back_inserter(texts_));
    std::sort(texts_.begin(), texts_.end());
    texts_.erase(std::unique(texts_.begin(), texts_.end()), texts_.end());
}

bool criterion::fits(std::string_view text) const {
    return !wanted() || std::binary_search(texts_.begin(), texts_.end(), text);
}

bool callset_filter::any() const {
    return std::any_of(names.begin(), names.end(), [this](const auto& n) {
        return (this->*n.where).wanted();
    });
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
    boost::json::object body;
    criterion callset_filter::*written = nullptr;
    for (const auto& name : names) {
        const auto& texts = (this->*name.where).texts();
        if (texts.empty() || name.where == written) continue;
        body.emplace(name.field, boost::json::array(texts.begin(), texts.end()));
        written = name.where;
    }
    return body;
}

result<callset_filter> read_callset_filter(http::query& q) {
    callset_filter f;
    for (const auto& name : names) {
        if (name.parameter == nullptr) continue;
        auto value = q.filter(name.parameter);
        if (!value) return value.error();
        if (*value) (f.*name.where).add({std::move(**value)});
    }
    return f;
}

result<callset_filter> read_callset_filter(http::json_fields& body) {
    callset_filter f;
    for (const auto& name : names) {
        auto texts = body.text_list(name.field);
        if (!texts) return texts.error();
        (f.*name.where).add(std::move(*texts));
    }
    return f;
}

}  // namespace callstream::brapi
