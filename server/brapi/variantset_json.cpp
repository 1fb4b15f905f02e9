#include "server/brapi/variantset_json.hpp"

#include "engine/variants/set_view.hpp"
#include "server/brapi/entity_json.hpp"
#include "server/brapi/extract.hpp"
#include "server/brapi/format_field.hpp"
#include "server/brapi/genotype_choice.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_set>

namespace callstream::brapi {
namespace json = boost::json;
using streaming::valid_utf8;
namespace {

/// What a matrix of these sets can show beside genotypes.
json::array metadata_fields(const std::vector<const catalog::variant_set*>& sets) {
    json::array out;
    std::unordered_set<std::string_view> seen = {"GT"};
    for (const auto* set : sets) {
        for (const auto& field : set->files.front()->header().formats) {
            if (!seen.insert(field.name).second) continue;
            out.push_back(
                {{"dataType", data_type(field)},
                 {"fieldAbbreviation", valid_utf8(field.name)},
                 {"fieldName", valid_utf8(field_title(field))}}
            );
        }
    }
    return out;
}

/// What made a file is not known; when it was made is.
json::object analysis_of(
    std::string_view id,
    const std::string& name,
    const std::string& created,
    const std::string& updated,
    json::value description
) {
    return {
        {"analysisDbId", id},
        {"analysisName", valid_utf8(name)},
        {"created", created},
        {"description", std::move(description)},
        {"software", json::array()},
        {"type", nullptr},
        {"updated", updated},
    };
}

template <class Count>
json::value known_or_null(const std::optional<Count>& count) {
    return count ? json::value(*count) : json::value(nullptr);
}

/// What an extract leaves of all its variant sets together, and what they share.
struct extract_facts {
    std::vector<const catalog::variant_set*> sets;
    std::uint64_t call_sets = 0;
    std::optional<std::uint64_t> variants = 0;
    std::string updated;
    std::optional<std::string> study;  ///< empty: they are of several
    std::optional<std::string> references;
};

/// Keeps a text that all have, and none otherwise.
void keep_common(std::optional<std::string>& common, const std::string& text) {
    if (!common) common = text;
    if (*common != text) common->clear();
}

extract_facts facts_of(const genotype_choice& chosen, bool variants_known) {
    extract_facts out;
    if (!variants_known) out.variants.reset();
    for (const auto& c : chosen.sets) {
        out.sets.push_back(c.set);
        out.call_sets += c.columns.size();
        const auto records = c.variants ? c.variants->size() : c.view.record_count();
        if (out.variants && records) {
            *out.variants += *records;
        } else {
            out.variants.reset();
        }
        out.updated = std::max(out.updated, c.set->updated);
        keep_common(out.study, c.set->home->study.id);
        keep_common(out.references, c.set->reference_set_id);
    }
    return out;
}

std::string description_of(const extract& extracted) {
    constexpr std::size_t told_max = 10;
    const auto& sources = extracted.sources();
    std::string out = "Extract of ";
    for (std::size_t i = 0; i < std::min(sources.size(), told_max); ++i) {
        out.append(i == 0 ? "" : ", ").append(sources[i]);
    }
    if (sources.size() > told_max) {
        out.append(" and ").append(std::to_string(sources.size() - told_max)).append(" others");
    }
    return out;
}

/// `chosen` is what is in the extract now.
json::object to_json(
    const export_links& links,
    const relations& all,
    std::string_view id,
    const extract& extracted,
    const genotype_choice& chosen,
    bool variants_known
) {
    const auto facts = facts_of(chosen, variants_known);
    const auto& updated = std::max(extracted.created, facts.updated);
    json::value description(valid_utf8(description_of(extracted)));
    auto analysis =
        analysis_of(id, extracted.name, extracted.created, updated, std::move(description));
    json::object shown = {
        {"additionalInfo", json::object()},
        {"analysis", json::array{std::move(analysis)}},
        {"availableFormats", links.of(id, extracted.genotypes, chosen)},
        {"callSetCount", facts.call_sets},
        {"externalReferences", json::array()},
        {"metadataFields", metadata_fields(facts.sets)},
        {"referenceSetDbId", text_or_null(facts.references.value_or(""))},
        {"studyDbId", text_or_null(facts.study.value_or(""))},
        {"variantCount", known_or_null(facts.variants)},
        {"variantSetDbId", id},
        {"variantSetName", valid_utf8(extracted.name)},
    };
    all.overlay(entity_type::variant_set, id, shown);
    return shown;
}

}  // namespace

json::object to_json(
    const export_links& links, const relations& all, const catalog::variant_set& set
) {
    json::object shown = {
        {"additionalInfo", json::object()},
        {"analysis", json::array{analysis_of(set.id, set.name, set.created, set.updated, nullptr)}},
        {"availableFormats", links.of(set)},
        {"callSetCount", set.call_set_count()},
        {"externalReferences", json::array()},
        {"metadataFields", metadata_fields({&set})},
        {"referenceSetDbId", text_or_null(set.reference_set_id)},
        {"studyDbId", set.home->study.id},
        {"variantCount", known_or_null(variants::set_view(set.files).record_count())},
        {"variantSetDbId", set.id},
        {"variantSetName", valid_utf8(set.name)},
    };
    all.overlay(entity_type::variant_set, set.id, shown);
    return shown;
}

result<json::value> extract_json(
    const context& ctx, const http::request& request, const relations& all, std::string_view id
) {
    const auto* extracted = all.find_extract(id);
    if (extracted == nullptr) return json::value(nullptr);
    genotype_filter whole;
    whole.variant_set_ids.add({std::string(id)});
    auto chosen = choose_genotypes(ctx, request, all, whole, choose_for::all);
    const bool variants_known = chosen || chosen.error().code != errc::unavailable;
    if (!variants_known) {
        chosen = choose_genotypes(ctx, request, all, whole, choose_for::call_sets);
    }
    if (!chosen) return chosen.error();
    const export_links links(ctx, request);
    return json::value(to_json(links, all, id, *extracted, *chosen, variants_known));
}

json::value bare_extract_json(
    const context& ctx, const http::request& request, const relations& all, std::string_view id
) {
    const auto* extracted = all.find_extract(id);
    if (extracted == nullptr) return nullptr;
    auto shown = to_json(export_links(ctx, request), all, id, *extracted, {}, false);
    shown["callSetCount"] = nullptr;
    return shown;
}

}  // namespace callstream::brapi
