#include "server/brapi/entity_fields.hpp"

#include "engine/core/clock.hpp"
#include "server/brapi/list_filter.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

using form = field_form;
using field = entity_field;
using texts = std::string_view;

// Names of `required` and `values` where a table needs them.

constexpr field needed(std::string_view name) {
    return {.name = name, .form = form::text, .required = true};
}
constexpr field one_of(std::string_view name, std::span<const texts> values) {
    return {.name = name, .form = form::text, .values = values};
}
constexpr field object(std::string_view name, std::span<const field> members) {
    return {.name = name, .form = form::object, .members = members};
}
constexpr field objects(std::string_view name, std::span<const field> members) {
    return {.name = name, .form = form::objects, .members = members};
}
constexpr field additional_info{"additionalInfo", form::any_object};
constexpr field external_references{"externalReferences", form::references};

constexpr std::array contact_fields = {
    needed("contactDbId"),
    field{"email", form::text},
    field{"instituteName", form::text},
    field{"name", form::text},
    field{"orcid", form::text},
    field{"type", form::text},
};
constexpr std::array described_fields = {
    field{"PUI", form::text}, field{"description", form::text}};

constexpr std::array program_types = {texts("STANDARD"), texts("PROJECT")};
constexpr std::array program_fields = {
    field{"abbreviation", form::text},
    additional_info,
    field{"commonCropName", form::text},
    field{"documentationURL", form::text},
    external_references,
    field{"fundingInformation", form::text},
    field{"leadPersonDbId", form::text},
    field{"leadPersonName", form::text},
    field{"objective", form::text},
    field{"programName", form::text},
    one_of("programType", program_types),
};

constexpr std::array authorship_fields = {
    field{"datasetPUI", form::text},
    field{"license", form::text},
    field{"publicReleaseDate", form::date},
    field{"submissionDate", form::date},
};
constexpr std::array publication_fields = {
    field{"publicationPUI", form::text}, field{"publicationReference", form::text}};
constexpr std::array trial_fields = {
    field{"active", form::boolean},
    additional_info,
    field{"commonCropName", form::text},
    objects("contacts", contact_fields),
    objects("datasetAuthorships", authorship_fields),
    field{"documentationURL", form::text},
    field{"endDate", form::date},
    external_references,
    field{"programDbId", form::text},
    field{"programName", form::text},
    objects("publications", publication_fields),
    field{"startDate", form::date},
    field{"trialDescription", form::text},
    field{"trialName", form::text},
    field{"trialPUI", form::text},
};

constexpr std::array data_link_fields = {
    field{"dataFormat", form::text},
    field{"description", form::text},
    field{"fileFormat", form::text},
    field{"name", form::text},
    field{"provenance", form::text},
    field{"scientificType", form::text},
    field{"url", form::text},
    field{"version", form::text},
};
constexpr std::array environment_fields = {
    needed("description"),
    needed("parameterName"),
    field{"parameterPUI", form::text},
    field{"unit", form::text},
    field{"unitPUI", form::text},
    field{"value", form::text},
    field{"valuePUI", form::text},
};
constexpr std::array update_fields = {
    field{"timestamp", form::date_time}, field{"version", form::text}};
constexpr std::array level_fields = {
    field{"levelName", form::text}, field{"levelOrder", form::integer}};
constexpr std::array study_fields = {
    field{"active", form::boolean},
    additional_info,
    field{"commonCropName", form::text},
    objects("contacts", contact_fields),
    field{"culturalPractices", form::text},
    objects("dataLinks", data_link_fields),
    field{"documentationURL", form::text},
    field{"endDate", form::date_time},
    objects("environmentParameters", environment_fields),
    object("experimentalDesign", described_fields),
    external_references,
    object("growthFacility", described_fields),
    object("lastUpdate", update_fields),
    field{"license", form::text},
    field{"locationDbId", form::text},
    field{"locationName", form::text},
    objects("observationLevels", level_fields),
    field{"observationUnitsDescription", form::text},
    field{"observationVariableDbIds", form::texts},
    field{"seasons", form::texts},
    field{"startDate", form::date_time},
    field{"studyCode", form::text},
    field{"studyDescription", form::text},
    field{"studyName", form::text},
    field{"studyPUI", form::text},
    field{"studyType", form::text},
    field{"trialDbId", form::text},
    field{"trialName", form::text},
};

// Of the catalogue of MCPD, as BrAPI's documents have it.
constexpr std::array biological_status = {
    texts("100"), texts("110"), texts("120"), texts("130"), texts("200"), texts("300"),
    texts("400"), texts("410"), texts("411"), texts("412"), texts("413"), texts("414"),
    texts("415"), texts("416"), texts("420"), texts("421"), texts("422"), texts("423"),
    texts("500"), texts("600"), texts("999")};
constexpr std::array storage_codes = {
    texts("10"),
    texts("11"),
    texts("12"),
    texts("13"),
    texts("20"),
    texts("30"),
    texts("40"),
    texts("99")};
constexpr std::array donor_fields = {
    field{"donorAccessionNumber", form::text},
    field{"donorInstituteCode", form::text},
    field{"germplasmPUI", form::text},
};
constexpr std::array origin_fields = {
    field{"coordinateUncertainty", form::text}, field{"coordinates", form::any_object}};
constexpr std::array storage_fields = {
    one_of("code", storage_codes), field{"description", form::text}};
constexpr std::array synonym_fields = {field{"synonym", form::text}, field{"type", form::text}};
constexpr std::array taxon_fields = {needed("sourceName"), needed("taxonId")};
constexpr std::array germplasm_fields = {
    field{"accessionNumber", form::text},
    field{"acquisitionDate", form::date},
    additional_info,
    one_of("biologicalStatusOfAccessionCode", biological_status),
    field{"biologicalStatusOfAccessionDescription", form::text},
    field{"breedingMethodDbId", form::text},
    field{"breedingMethodName", form::text},
    field{"collection", form::text},
    field{"commonCropName", form::text},
    field{"countryOfOriginCode", form::text},
    field{"defaultDisplayName", form::text},
    field{"documentationURL", form::text},
    objects("donors", donor_fields),
    external_references,
    field{"genus", form::text},
    field{"germplasmName", form::text},
    objects("germplasmOrigin", origin_fields),
    field{"germplasmPUI", form::text},
    field{"germplasmPreprocessing", form::text},
    field{"instituteCode", form::text},
    field{"instituteName", form::text},
    field{"pedigree", form::text},
    field{"seedSource", form::text},
    field{"seedSourceDescription", form::text},
    field{"species", form::text},
    field{"speciesAuthority", form::text},
    objects("storageTypes", storage_fields),
    field{"subtaxa", form::text},
    field{"subtaxaAuthority", form::text},
    objects("synonyms", synonym_fields),
    objects("taxonIds", taxon_fields),
};

constexpr std::array sample_fields = {
    additional_info,
    field{"column", form::integer},
    external_references,
    field{"germplasmDbId", form::text},
    field{"observationUnitDbId", form::text},
    field{"plateDbId", form::text},
    field{"plateName", form::text},
    field{"programDbId", form::text},
    field{"row", form::text},
    field{"sampleBarcode", form::text},
    field{"sampleDescription", form::text},
    field{"sampleGroupDbId", form::text},
    field{"sampleName", form::text},
    field{"samplePUI", form::text},
    field{"sampleTimestamp", form::date_time},
    field{"sampleType", form::text},
    field{"studyDbId", form::text},
    field{"takenBy", form::text},
    field{"tissueType", form::text},
    field{"trialDbId", form::text},
    field{"well", form::text},
};

constexpr std::array plate_formats = {texts("PLATE_96"), texts("TUBES")};
constexpr std::array plate_types = {texts("DNA"), texts("RNA"), texts("TISSUE"), texts("MIXED")};
constexpr std::array plate_fields = {
    additional_info,
    external_references,
    field{"plateBarcode", form::text},
    one_of("plateFormat", plate_formats),
    field{"plateName", form::text},
    field{"programDbId", form::text},
    one_of("sampleType", plate_types),
    field{"studyDbId", form::text},
    field{"trialDbId", form::text},
};

constexpr std::array metadata_fields = {additional_info, external_references};

struct type_facts {
    std::string_view id_field;
    std::string_view name_field;
    std::span<const field> fields;
};
constexpr std::array<type_facts, entity_type_count> types = {{
    {"programDbId", "programName", program_fields},
    {"trialDbId", "trialName", trial_fields},
    {"studyDbId", "studyName", study_fields},
    {"germplasmDbId", "germplasmName", germplasm_fields},
    {"sampleDbId", "sampleName", sample_fields},
    {"plateDbId", "plateName", plate_fields},
    {"callSetDbId", "", metadata_fields},
    {"variantSetDbId", "", metadata_fields},
    {"variantSetDbId", "variantSetName", {}},
}};

const type_facts& facts_of(entity_type type) {
    return types[static_cast<std::size_t>(type)];
}

// Reading

error bad(std::string_view name, const std::string& why) {
    return {errc::bad_request, std::string(name) + " " + why};
}

std::string joined(std::span<const texts> values) {
    std::string out;
    for (const auto& value : values) out += (out.empty() ? "" : ", ") + std::string(value);
    return out;
}

/// Reads the members of one object, in whatever depth. `where` stands before their names.
class reader {
 public:
    reader(http::json_fields& from, std::string where, std::vector<std::string>& unknown)
        : from_(from), where_(std::move(where)), unknown_(unknown) {}

    /// Null for what is absent or null.
    result<json::value> read(const field& f) {
        switch (f.form) {
            case form::text:
            case form::date:
            case form::date_time:
                return read_text(f);
            case form::integer:
                return shown(from_.integer(f.name));
            case form::boolean:
                return shown(from_.boolean(f.name));
            case form::texts:
                return read_texts(f);
            case form::any_object:
                return read_any_object(f);
            case form::references:
                return read_references(f);
            case form::object:
                return read_object(f);
            case form::objects:
                return read_objects(f);
        }
        return json::value(nullptr);
    }

    /// All members, null where nothing is said.
    result<json::value> read_all(std::span<const field> fields) {
        json::object out;
        for (const auto& f : fields) {
            auto value = read(f);
            if (!value) return value;
            if (f.required && value->is_null())
                return bad(where_ + std::string(f.name), "is required");
            out.emplace(f.name, std::move(*value));
        }
        for (auto& name : from_.unknown()) unknown_.push_back(std::move(name));
        return json::value(std::move(out));
    }

 private:
    template <class Value>
    static result<json::value> shown(const result<std::optional<Value>>& read) {
        if (!read) return read.error();
        return *read ? json::value(**read) : json::value(nullptr);
    }

    result<json::value> read_text(const field& f) {
        auto text = from_.text(f.name);
        if (!text) return text.error();
        if (!*text) return json::value(nullptr);
        const auto name = where_ + std::string(f.name);
        if (auto fine = refuse_zero_bytes(name, **text); !fine) return fine.error();
        if (f.form == form::text) return checked(f, name, std::move(**text));
        if (!parse_date_time(**text)) return bad(name, "must be a date, or a point in time");
        constexpr std::size_t date_bytes = 10;
        const bool has_time = (*text)->size() > date_bytes;
        if (f.form == form::date_time && !has_time) **text += "T00:00:00Z";
        return json::value(**text);
    }

    static result<json::value> checked(const field& f, const std::string& name, std::string text) {
        const auto& values = f.values;
        if (values.empty() || std::find(values.begin(), values.end(), text) != values.end()) {
            return json::value(std::move(text));
        }
        return bad(name, "must be one of " + joined(values));
    }

    result<json::value> read_texts(const field& f) {
        const auto all = from_.text_list(f.name);
        if (!all) return all.error();
        for (const auto& text : *all) {
            if (auto fine = refuse_zero_bytes(f.name, text); !fine) return fine.error();
        }
        return json::value(json::array(all->begin(), all->end()));
    }

    result<json::value> read_any_object(const field& f) {
        const auto object = from_.free_object(f.name);
        if (!object) return object.error();
        return *object == nullptr ? json::value(nullptr) : json::value(**object);
    }

    result<json::value> read_references(const field& f) {
        static constexpr std::array members = {
            field{"referenceId", form::text},
            field{"referenceID", form::text},
            field{"referenceSource", form::text}};
        auto all = read_objects({.name = f.name, .form = form::objects, .members = members});
        if (!all || all->is_null()) return all;
        for (auto& one : all->as_array()) {
            auto& reference = one.as_object();
            auto& id = reference.at("referenceId");
            auto& old_id = reference.at("referenceID");
            if (!id.is_null() && !old_id.is_null() && id != old_id) {
                return bad(f.name, "name a referenceId and a referenceID that differ");
            }
            if (id.is_null()) id = old_id.is_null() ? json::value("") : old_id;
            old_id = id;
            if (reference.at("referenceSource").is_null()) reference["referenceSource"] = "";
        }
        return all;
    }

    result<json::value> read_object(const field& f) {
        auto object = from_.object(f.name);
        if (!object) return object.error();
        if (!*object) return json::value(nullptr);
        return reader(**object, where_ + std::string(f.name) + ".", unknown_).read_all(f.members);
    }

    result<json::value> read_objects(const field& f) {
        auto all = from_.object_list(f.name);
        if (!all) return all.error();
        if (!*all) return json::value(nullptr);
        json::array out;
        for (auto& one : **all) {
            auto where = where_ + std::string(f.name) + "[" + std::to_string(out.size()) + "].";
            auto object = reader(one, std::move(where), unknown_).read_all(f.members);
            if (!object) return object;
            out.push_back(std::move(*object));
        }
        return json::value(std::move(out));
    }

    http::json_fields& from_;
    std::string where_;
    std::vector<std::string>& unknown_;
};

}  // namespace

std::span<const entity_field> fields_of(entity_type type) {
    return facts_of(type).fields;
}

std::string_view name_field_of(entity_type type) {
    return facts_of(type).name_field;
}

std::string_view id_field_of(entity_type type) {
    return facts_of(type).id_field;
}

result<json::object> read_entity(
    entity_type type, const json::object& body, std::vector<std::string>& unknown
) {
    http::json_fields from(body);
    reader values(from, "", unknown);
    json::object out;
    for (const auto& f : fields_of(type)) {
        auto value = values.read(f);
        if (!value) return value.error();
        const auto* sent = body.if_contains(f.name);
        if (sent == nullptr) continue;
        out.emplace(f.name, sent->is_null() ? json::value(nullptr) : std::move(*value));
    }
    for (auto& name : from.unknown()) unknown.push_back(std::move(name));
    return out;
}

}  // namespace callstream::brapi
