#include "server/brapi/variantset_filter.hpp"

#include "engine/catalog/variant_id.hpp"
#include "engine/core/id.hpp"

#include <algorithm>
#include <array>

namespace callstream::brapi {
namespace {

using vf = variantset_filter;
constexpr std::array<filter_name<vf>, 15> names = {{
    {"callSetDbId", &vf::call_set_ids},
    {"commonCropName", &vf::common_crop_names},
    {"externalReferenceId", &vf::external_ids},
    {"externalReferenceID", &vf::external_ids},
    {"externalReferenceSource", &vf::external_sources},
    {"programDbId", &vf::program_ids},
    {"programName", &vf::program_names},
    {"referenceDbId", &vf::reference_ids},
    {"referenceSetDbId", &vf::reference_set_ids},
    {"studyDbId", &vf::study_ids},
    {"studyName", &vf::study_names},
    {"trialDbId", &vf::trial_ids},
    {"trialName", &vf::trial_names},
    {"variantDbId", &vf::variant_ids},
    {"variantSetDbId", &vf::variant_set_ids},
}};

bool has_call_set(
    const catalog::snapshot& now, const catalog::variant_set& set, const criterion& ids
) {
    const auto& texts = ids.texts();
    return !ids.wanted() || std::any_of(texts.begin(), texts.end(), [&](const auto& id) {
        const auto found = now.find_call_set(id);
        return found && found->set == &set;
    });
}

/// References have the id of their set before their own name.
bool has_reference(const catalog::variant_set& set, const criterion& ids) {
    const auto& texts = ids.texts();
    return !ids.wanted() || std::any_of(texts.begin(), texts.end(), [&](const auto& id) {
        const auto parts = id::split_last(id);
        return parts && !set.reference_set_id.empty() && parts->first == set.reference_set_id;
    });
}

}  // namespace

bool variantset_filter::any() const {
    return any_wanted<vf>(*this, names);
}

bool variantset_filter::any_but_ids() const {
    auto others = *this;
    others.variant_set_ids = {};
    return others.any();
}

bool variantset_filter::fits(const relations& all, const catalog::variant_set& set) const {
    link l;
    l.home = set.home.get();
    return variant_set_ids.fits(set.id) &&
           common_crop_names.fits(all.crop(entity_type::study, l)) &&
           reference_set_ids.fits(set.reference_set_id) && has_reference(set, reference_ids) &&
           fits_references(all.wrote_of(set)) &&
           fits_entity(program_ids, program_names, [&] { return all.program(l); }) &&
           fits_entity(trial_ids, trial_names, [&] { return all.trial(l); }) &&
           fits_entity(study_ids, study_names, [&] { return all.study(l); }) &&
           has_call_set(all.now(), set, call_set_ids);
}

bool variantset_filter::fits_references(const written* wrote) const {
    static const std::vector<catalog::external_reference> none;
    const bool is_written = wrote != nullptr && wrote->references;
    return brapi::fits_references(
        is_written ? *wrote->references : none, external_ids, external_sources
    );
}

result<bool> variantset_filter::fits_variants(const catalog::variant_set& set) const {
    if (!variant_ids.wanted()) return true;
    const variants::named_variants wanted{
        catalog::places_of_variant_ids(variant_ids.texts(), set.id)};
    if (wanted.places.empty()) return false;
    const auto found =
        variants::select_variants(variants::set_view(set.files), {.named = {wanted}});
    if (!found) return found.error();
    return found->size() > 0;
}

boost::json::object variantset_filter::to_body() const {
    return filter_body<vf>(*this, names);
}

result<variantset_filter> read_variantset_filter(http::query& q) {
    return read_filter<vf>(q, names);
}

result<variantset_filter> read_variantset_filter(http::json_fields& body) {
    return read_filter<vf>(body, names);
}

}  // namespace callstream::brapi
