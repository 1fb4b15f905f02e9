#include "server/brapi/reference_filter.hpp"

#include <array>

namespace callstream::brapi {
namespace {

using rf = reference_filter;
constexpr std::array<filter_name<rf>, 16> reference_names = {{
    {"accession", &rf::accessions},
    {"commonCropName", &rf::common_crop_names},
    {"externalReferenceId", &rf::external_ids},
    {"externalReferenceID", &rf::external_ids},
    {"externalReferenceSource", &rf::external_sources},
    {"germplasmDbId", &rf::germplasm_ids},
    {"germplasmName", &rf::germplasm_names},
    {"md5checksum", &rf::md5s},
    {"programDbId", &rf::program_ids},
    {"programName", &rf::program_names},
    {"referenceDbId", &rf::reference_ids},
    {"referenceSetDbId", &rf::reference_set_ids},
    {"studyDbId", &rf::study_ids},
    {"studyName", &rf::study_names},
    {"trialDbId", &rf::trial_ids},
    {"trialName", &rf::trial_names},
}};

using sf = reference_set_filter;
constexpr std::array<filter_name<sf>, 16> set_names = {{
    {"accession", &sf::accessions},
    {"assemblyPUI", &sf::assembly_puis},
    {"commonCropName", &sf::common_crop_names},
    {"externalReferenceId", &sf::external_ids},
    {"externalReferenceID", &sf::external_ids},
    {"externalReferenceSource", &sf::external_sources},
    {"germplasmDbId", &sf::germplasm_ids},
    {"germplasmName", &sf::germplasm_names},
    {"md5checksum", &sf::md5s},
    {"programDbId", &sf::program_ids},
    {"programName", &sf::program_names},
    {"referenceSetDbId", &sf::reference_set_ids},
    {"studyDbId", &sf::study_ids},
    {"studyName", &sf::study_names},
    {"trialDbId", &sf::trial_ids},
    {"trialName", &sf::trial_names},
}};

/// Whether one of several values fits; without any there is none that could.
template <class Items, class Text>
bool any_fits(const criterion& c, const Items& items, Text text) {
    return !c.wanted() || std::any_of(items.begin(), items.end(), [&](const auto& item) {
        return c.fits(text(item));
    });
}

/// The fields that are no texts, from a query or a body.
template <class Fields>
result<reference_filter> read_reference(Fields& fields) {
    auto read = read_filter<reference_filter>(fields, reference_names);
    if (!read) return read.error();
    reference_filter& f = *read;
    const auto is_derived = fields.boolean("isDerived");
    if (!is_derived) return is_derived.error();
    const auto length_min = fields.integer("minLength");
    if (!length_min) return length_min.error();
    const auto length_max = fields.integer("maxLength");
    if (!length_max) return length_max.error();
    f.is_derived = *is_derived;
    f.length_min = *length_min;
    f.length_max = *length_max;
    return read;
}

template <class Fields>
result<reference_set_filter> read_set(Fields& fields) {
    return read_filter<reference_set_filter>(fields, set_names);
}

}  // namespace

bool reference_criteria::fits_home(const relations& all, const catalog::reference_set& set) const {
    link l;
    l.home = set.home.get();
    return reference_set_ids.fits(set.id) &&
           fits_entity(program_ids, program_names, [&] { return all.program(l); }) &&
           fits_entity(trial_ids, trial_names, [&] { return all.trial(l); }) &&
           fits_entity(study_ids, study_names, [&] { return all.study(l); });
}

bool reference_criteria::fits_facts(
    const catalog::data_set& home, const catalog::reference_facts& facts
) const {
    if (!common_crop_names.fits(facts.crop.empty() ? home.crop : facts.crop)) return false;
    if (!fits_references(facts.external_references, external_ids, external_sources)) return false;
    const auto itself = [](const std::string& text) { return text; };
    if (!any_fits(accessions, facts.source_accessions, itself)) return false;
    return any_fits(germplasm_ids, facts.germplasm, [](const auto& g) { return g.id; }) &&
           any_fits(germplasm_names, facts.germplasm, [](const auto& g) { return g.name; });
}

bool reference_filter::any() const {
    return is_derived || length_min || length_max ||
           any_wanted<reference_filter>(*this, reference_names);
}

bool reference_filter::fits(
    const catalog::data_set& home, const catalog::reference_facts& facts, std::uint64_t length
) const {
    const auto letters = static_cast<std::int64_t>(length);
    if (length_min && letters < *length_min) return false;
    if (length_max && letters > *length_max) return false;
    if (is_derived && facts.is_derived != is_derived) return false;
    return fits_facts(home, facts);
}

boost::json::object reference_filter::to_body() const {
    auto body = filter_body<reference_filter>(*this, reference_names);
    if (is_derived) body.emplace("isDerived", *is_derived);
    if (length_max) body.emplace("maxLength", *length_max);
    if (length_min) body.emplace("minLength", *length_min);
    return body;
}

result<reference_filter> read_reference_filter(http::query& q) {
    return read_reference(q);
}

result<reference_filter> read_reference_filter(http::json_fields& body) {
    return read_reference(body);
}

bool reference_set_filter::any() const {
    return any_wanted<reference_set_filter>(*this, set_names);
}

boost::json::object reference_set_filter::to_body() const {
    return filter_body<reference_set_filter>(*this, set_names);
}

result<reference_set_filter> read_reference_set_filter(http::query& q) {
    return read_set(q);
}

result<reference_set_filter> read_reference_set_filter(http::json_fields& body) {
    return read_set(body);
}

}  // namespace callstream::brapi
