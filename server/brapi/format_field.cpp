#include "server/brapi/format_field.hpp"

#include <array>
#include <utility>

namespace callstream::brapi {
namespace {

/// Names that people know; the header's own description stands for all others.
std::string_view well_known_name(std::string_view field) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 9> names = {{
        {"AD", "Allelic Depths"},
        {"DP", "Read Depth"},
        {"DS", "Allele Dosage"},
        {"GL", "Genotype Likelihoods"},
        {"GP", "Genotype Probabilities"},
        {"GQ", "Genotype Quality"},
        {"HQ", "Haplotype Quality"},
        {"PL", "Phred-scaled Genotype Likelihoods"},
        {"PS", "Phase Set"},
    }};
    for (const auto& [id, name] : names) {
        if (id == field) return name;
    }
    return {};
}

}  // namespace

std::string field_title(const hts::field_definition& field) {
    const std::string known(well_known_name(field.name));
    if (!known.empty()) return known;
    return field.description.empty() ? field.name : field.description;
}

std::string_view data_type(const hts::field_definition& field) {
    switch (field.kind) {
        case hts::field_definition::value_kind::integer:
            return "integer";
        case hts::field_definition::value_kind::real:
            return "float";
        default:
            return "string";
    }
}

}  // namespace callstream::brapi
