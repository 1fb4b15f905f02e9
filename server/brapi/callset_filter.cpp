#include "server/brapi/callset_filter.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

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

bool fits_references(const callset_filter& f, const relations& all, const catalog::call_set& c) {
    static const std::vector<catalog::external_reference> none;
    if (!f.external_ids.wanted() && !f.external_sources.wanted()) return true;
    const auto* wrote = all.wrote_of(c);
    const auto* facts = c.facts();
    const auto& of_files = facts == nullptr ? none : facts->external_references;
    const bool is_written = wrote != nullptr && wrote->references;
    return fits_references(
        is_written ? *wrote->references : of_files, f.external_ids, f.external_sources
    );
}

/// Whether what a call set is of fits.
bool fits_home(const callset_filter& f, const relations& all, const link& l) {
    return (!f.common_crop_names.wanted() ||
            f.common_crop_names.fits(all.crop(entity_type::sample, l))) &&
           fits_entity(f.program_ids, f.program_names, [&] { return all.program(l); }) &&
           fits_entity(f.trial_ids, f.trial_names, [&] { return all.trial(l); });
}

/// Whether somebody asks for what the call set's sample is of.
bool asks_sample(const callset_filter& f, bool with_home) {
    const auto any = [](std::initializer_list<const criterion*> all) {
        return std::any_of(all.begin(), all.end(), [](const auto* c) { return c->wanted(); });
    };
    return any({&f.study_ids, &f.study_names, &f.germplasm_ids, &f.germplasm_names}) ||
           any({&f.sample_ids, &f.sample_names}) ||
           (with_home && any(
                             {&f.common_crop_names,
                              &f.program_ids,
                              &f.program_names,
                              &f.trial_ids,
                              &f.trial_names}
                         ));
}

/// A link costs, and there may be very many call sets.
bool fits_sample(const callset_filter& f, const relations& all, const catalog::call_set& c) {
    const bool with_home = all.anything_written();
    if (!asks_sample(f, with_home)) return true;
    const link l = all.link_of(c);
    return (!with_home || fits_home(f, all, l)) &&
           fits_entity(f.study_ids, f.study_names, [&] { return all.study(l); }) &&
           fits_entity(f.germplasm_ids, f.germplasm_names, [&] { return all.germplasm(l); }) &&
           fits_entity(f.sample_ids, f.sample_names, [&] { return all.sample(l); });
}

}  // namespace

bool callset_filter::is_listed(
    const list_members& listed, const relations& all, const catalog::call_set& c
) {
    // A criterion without a text would let everything through.
    const auto has = [](const criterion& of, const std::string& id) {
        return of.wanted() && !id.empty() && of.fits(id);
    };
    const link l = all.link_of(c);
    return has(listed.sample_ids, all.sample(l).id) ||
           has(listed.germplasm_ids, all.germplasm(l).id);
}

bool callset_filter::any() const {
    return any_wanted<callset_filter>(*this, names);
}

bool callset_filter::fits(const relations& all, const catalog::variant_set& set) const {
    link l;
    l.home = set.home.get();
    // What clients wrote may put each sample elsewhere.
    const bool is_wanted = variant_set_ids.fits(set.id) || of_extracts.contains(&set);
    return is_wanted && (all.anything_written() || fits_home(*this, all, l));
}

bool callset_filter::fits(const relations& all, const catalog::call_set& c) const {
    return call_set_names.fits(c.name()) && (!call_set_ids.wanted() || call_set_ids.fits(c.id())) &&
           is_in_sets(c) && fits_references(*this, all, c) && fits_sample(*this, all, c) &&
           (!of_lists || is_listed(*of_lists, all, c));
}

bool callset_filter::is_in_sets(const catalog::call_set& c) const {
    if (of_extracts.empty() || variant_set_ids.fits(c.set->id)) return true;
    const auto found = of_extracts.find(c.set);
    return found != of_extracts.end() && found->second.contains(c.column);
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
