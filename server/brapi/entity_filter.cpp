#include "server/brapi/entity_filter.hpp"

#include "server/brapi/entity_json.hpp"

#include <algorithm>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

constexpr std::array<filter_name<entity_filter>, 18> names = {{
    {"commonCropName", &entity_filter::common_crop_names},
    {"contactDbId", &entity_filter::contact_ids},
    {"externalReferenceId", &entity_filter::external_ids},
    {"externalReferenceID", &entity_filter::external_ids},
    {"externalReferenceSource", &entity_filter::external_sources},
    {"germplasmDbId", &entity_filter::germplasm_ids},
    {"germplasmName", &entity_filter::germplasm_names},
    {"plateDbId", &entity_filter::plate_ids},
    {"plateName", &entity_filter::plate_names},
    {"programDbId", &entity_filter::program_ids},
    {"programName", &entity_filter::program_names},
    {"sampleDbId", &entity_filter::sample_ids},
    {"sampleName", &entity_filter::sample_names},
    {"studyDbId", &entity_filter::study_ids},
    {"studyName", &entity_filter::study_names},
    {"studyType", &entity_filter::study_types},
    {"trialDbId", &entity_filter::trial_ids},
    {"trialName", &entity_filter::trial_names},
}};

/// A member that files never have: what clients wrote of the entity of that kind decides.
struct member_filter {
    std::string_view parameter;
    entity_type of;
    std::string_view member;
    std::string_view inner = {};  ///< of the objects in it
    std::string_view field = {};  ///< of a search body; empty: the parameter with an s

    std::string field_name() const {
        return field.empty() ? std::string(parameter) + "s" : std::string(field);
    }
};
using type = entity_type;
constexpr std::array<member_filter, entity_filter::member_count> member_filters = {{
    {"abbreviation", type::program, "abbreviation"},
    {"leadPersonDbId", type::program, "leadPersonDbId"},
    {"leadPersonName", type::program, "leadPersonName"},
    {"objective", type::program, "objective"},
    {"programType", type::program, "programType"},
    {"trialPUI", type::trial, "trialPUI"},
    {"locationDbId", type::study, "locationDbId"},
    {"locationName", type::study, "locationName"},
    {"observationVariableDbId", type::study, "observationVariableDbIds"},
    {"seasonDbId", type::study, "seasons"},
    {"studyCode", type::study, "studyCode"},
    {"studyPUI", type::study, "studyPUI"},
    {"accessionNumber", type::germplasm, "accessionNumber"},
    {"collection", type::germplasm, "collection"},
    {"genus", type::germplasm, "genus", "", "genus"},
    {"germplasmPUI", type::germplasm, "germplasmPUI"},
    {"species", type::germplasm, "species", "", "species"},
    {"synonym", type::germplasm, "synonyms", "synonym"},
    {"observationUnitDbId", type::sample, "observationUnitDbId"},
    {"sampleGroupDbId", type::sample, "sampleGroupDbId"},
    {"plateBarcode", type::plate, "plateBarcode"},
}};

/// A text, or a text or such a member of an object in an array.
bool fits_value(const criterion& wanted, const json::value& value, std::string_view inner) {
    if (const auto* text = value.if_string()) return wanted.fits({text->data(), text->size()});
    if (const auto* items = value.if_array()) {
        return std::any_of(items->begin(), items->end(), [&](const auto& item) {
            return fits_value(wanted, item, inner);
        });
    }
    const auto* object = value.if_object();
    const auto* member = object == nullptr ? nullptr : object->if_contains(inner);
    return member != nullptr && fits_value(wanted, *member, inner);
}

bool fits_members(const entity_filter& f, const relations& all, const link& l) {
    for (std::size_t i = 0; i < member_filters.size(); ++i) {
        const auto& wanted = f.members[i];
        if (!wanted.wanted()) continue;
        const auto& filter = member_filters[i];
        const auto* wrote = all.wrote(filter.of, l);
        if (wrote == nullptr) return false;
        const auto members = wrote->members();
        const auto* value = members.if_contains(filter.member);
        if (value == nullptr || !fits_value(wanted, *value, filter.inner)) return false;
    }
    return true;
}

/// What the entity shows: files name contacts of trials and studies, too.
json::object shown_contacts(type kind, const relations& all, const link& l) {
    json::object shown;
    const bool has_contacts = kind == type::trial || kind == type::study;
    shown["contacts"] = has_contacts ? contacts(l.home) : json::array();
    all.overlay(kind, all.entity(kind, l).id, shown);
    return shown;
}

bool fits_contacts(const entity_filter& f, type kind, const relations& all, const link& l) {
    if (!f.contact_ids.wanted() && !f.active) return true;
    const auto shown = shown_contacts(kind, all, l);
    const auto* active = shown.if_contains("active");
    if (f.active && (active == nullptr || *active != json::value(*f.active))) return false;
    return !f.contact_ids.wanted() ||
           fits_value(f.contact_ids, shown.at("contacts"), "contactDbId");
}

const std::vector<catalog::external_reference>& references_of(
    type kind, const relations& all, const link& l
) {
    static const std::vector<catalog::external_reference> none;
    const auto* wrote = all.wrote(kind, l);
    if (wrote != nullptr && wrote->references) return *wrote->references;
    return kind == type::sample && l.facts != nullptr ? l.facts->external_references : none;
}

bool fits_references(const entity_filter& f, type kind, const relations& all, const link& l) {
    if (!f.external_ids.wanted() && !f.external_sources.wanted()) return true;
    return fits_references(references_of(kind, all, l), f.external_ids, f.external_sources);
}

/// `from` is a query or the fields of a body; `name_of(filter)` is what it calls it.
template <class From, class NameOf, class Texts>
result<entity_filter> read(From& from, NameOf name_of, Texts texts) {
    auto f = read_filter<entity_filter>(from, names);
    if (!f) return f;
    for (std::size_t i = 0; i < member_filters.size(); ++i) {
        auto values = texts(name_of(member_filters[i]));
        if (!values) return values.error();
        f->members[i].add(std::move(*values));
    }
    const auto active = from.boolean("active");
    if (!active) return active.error();
    f->active = *active;
    return f;
}

}  // namespace

bool entity_filter::any() const {
    return any_wanted<entity_filter>(*this, names) || active ||
           std::any_of(members.begin(), members.end(), [](const auto& c) { return c.wanted(); });
}

bool entity_filter::fits(entity_type kind, const relations& all, const link& l) const {
    return (!common_crop_names.wanted() || common_crop_names.fits(all.crop(kind, l))) &&
           (!study_types.wanted() || study_types.fits(all.study_type(l))) &&
           fits_entity(program_ids, program_names, [&] { return all.program(l); }) &&
           fits_entity(trial_ids, trial_names, [&] { return all.trial(l); }) &&
           fits_entity(study_ids, study_names, [&] { return all.study(l); }) &&
           fits_entity(germplasm_ids, germplasm_names, [&] { return all.germplasm(l); }) &&
           fits_entity(sample_ids, sample_names, [&] { return all.sample(l); }) &&
           fits_entity(plate_ids, plate_names, [&] { return all.plate(l); }) &&
           fits_references(*this, kind, all, l) && fits_members(*this, all, l) &&
           fits_contacts(*this, kind, all, l);
}

bool entity_filter::asks_samples() const {
    for (const auto* c :
         {&germplasm_ids,
          &germplasm_names,
          &plate_ids,
          &plate_names,
          &sample_ids,
          &sample_names,
          &study_ids,
          &study_names,
          &study_types}) {
        if (c->wanted()) return true;
    }
    for (std::size_t i = 0; i < member_filters.size(); ++i) {
        const bool of_data_sets =
            member_filters[i].of == type::program || member_filters[i].of == type::trial;
        if (members[i].wanted() && !of_data_sets) return true;
    }
    return false;
}

json::object entity_filter::to_body() const {
    auto body = filter_body<entity_filter>(*this, names);
    for (std::size_t i = 0; i < member_filters.size(); ++i) {
        const auto& texts = members[i].texts();
        if (texts.empty()) continue;
        body.emplace(member_filters[i].field_name(), json::array(texts.begin(), texts.end()));
    }
    if (active) body.emplace("active", *active);
    return body;
}

result<entity_filter> read_entity_filter(http::query& q) {
    return read(
        q,
        [](const auto& filter) { return filter.parameter; },
        [&](std::string_view name) -> result<std::vector<std::string>> {
            auto value = q.filter(name);
            if (!value) return value.error();
            std::vector<std::string> texts;
            if (*value) texts.push_back(std::move(**value));
            return texts;
        }
    );
}

result<entity_filter> read_entity_filter(http::json_fields& body) {
    return read(
        body,
        [](const auto& filter) { return filter.field_name(); },
        [&](const std::string& name) { return body.text_list(name); }
    );
}

}  // namespace callstream::brapi
