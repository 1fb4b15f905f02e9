#include "server/brapi/column_choice.hpp"

#include "engine/columns/column_file.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

namespace callstream::brapi {
namespace {

using columns::other_field;

/// Gathering what stands far apart costs about as much for a column as reading a whole record does
/// for each of its columns.
constexpr std::size_t share = 4;

bool are_few(const chosen_set& chosen) {
    const std::size_t wanted = chosen.columns.size();
    const std::size_t all = chosen.view.files().front()->header().samples.size();
    return wanted == 1 || (wanted > 1 && wanted * share <= all);
}

/// Bases need the alleles, which only the record has.
bool shows_only_gt(const call_form& form, const columns::column_file& file) {
    constexpr std::array<std::pair<call_member, other_field>, 5> shown_by = {{
        {call_member::additional_info, other_field::filter},
        {call_member::genotype_likelihood, other_field::likelihood_log10},
        {call_member::genotype_likelihood, other_field::likelihood_phred},
        {call_member::genotype_metadata, other_field::any},
        {call_member::phase_set, other_field::phase_set},
    }};
    if (form.format.encoding == genotype::allele_encoding::bases) return false;
    if (form.format.encoding == genotype::allele_encoding::dosage && file.has(other_field::dosage))
        return false;
    return std::none_of(shown_by.begin(), shown_by.end(), [&](const auto& pair) {
        const bool shown = (form.members & static_cast<std::uint32_t>(pair.first)) != 0;
        return shown && file.has(pair.second);
    });
}

}  // namespace

variants::wanted_columns columns_for(const chosen_set& chosen, const call_form& form) {
    if (!are_few(chosen)) return nullptr;
    const auto& files = chosen.view.files();
    const bool all = std::all_of(files.begin(), files.end(), [&](const auto& file) {
        const auto held = file->columns();
        return held && shows_only_gt(form, *held);
    });
    if (!all) return nullptr;
    return std::make_shared<const std::vector<std::uint32_t>>(chosen.columns);
}

}  // namespace callstream::brapi
