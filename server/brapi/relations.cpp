#include "server/brapi/relations.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace callstream::brapi {
namespace {

/// The rows of a table in an order that does not change from one answer to the next.
std::vector<const std::pair<const std::string, catalog::sample_facts>*> sorted_rows(
    const catalog::data_set& home
) {
    std::vector<const std::pair<const std::string, catalog::sample_facts>*> rows;
    rows.reserve(home.samples.size());
    for (const auto& row : home.samples) rows.push_back(&row);
    std::sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) {
        return a->first < b->first;
    });
    return rows;
}

std::string_view or_else(std::string_view text, std::string_view otherwise) {
    return text.empty() ? otherwise : text;
}

bool has_sample_id(const catalog::sample_facts* facts) {
    return facts != nullptr && !facts->sample_id.empty();
}

const std::string& study_id(const link& l) {
    const bool own = l.facts != nullptr && !l.facts->study_id.empty();
    return own ? l.facts->study_id : l.home->study.id;
}

}  // namespace

relations::relations(std::shared_ptr<const catalog::snapshot> now) : now_(std::move(now)) {
    for (const auto& home : now_->data_sets()) {
        programs_.emplace(home->program.id, home->program.name);
        trials_.emplace(home->trial.id, home->trial.name);
        studies_.emplace(home->study.id, home.get());
    }
    for_each_row([this](const link& l) {
        const auto& f = *l.facts;
        // A row that gives no name does not keep a later one from giving it.
        if (!f.germplasm_name.empty()) germplasm_.emplace(f.germplasm_id, f.germplasm_name);
        if (has_sample_id(&f)) samples_.emplace(f.sample_id, or_else(f.sample_name, *l.column));
        return true;
    });
}

void relations::for_each(const std::function<bool(const link&)>& each) const {
    for (const auto& home : now_->data_sets()) {
        link l;
        l.home = home.get();
        if (!each(l)) return;
    }
    if (for_each_row(each)) for_each_column(each);
}

bool relations::for_each_row(const std::function<bool(const link&)>& each) const {
    for (const auto& home : now_->data_sets()) {
        for (const auto* row : sorted_rows(*home)) {
            if (!each({home.get(), &row->second, &row->first, std::nullopt})) return false;
        }
    }
    return true;
}

bool relations::for_each_column(const std::function<bool(const link&)>& each) const {
    for (const auto* set : now_->variant_sets()) {
        const auto columns = static_cast<std::uint32_t>(set->samples().size());
        for (std::uint32_t column = 0; column < columns; ++column) {
            const catalog::call_set c{set, column};
            const auto* facts = c.facts();
            if (has_sample_id(facts)) continue;
            if (!each({set->home.get(), facts, &c.name(), c})) return false;
        }
    }
    return true;
}

named relations::program(const link& l) const {
    const auto& id = l.home->program.id;
    return {id, programs_.at(id)};
}

named relations::trial(const link& l) const {
    const auto& id = l.home->trial.id;
    return {id, trials_.at(id)};
}

named relations::study(const link& l) const {
    const auto& id = study_id(l);
    const auto* described = home_of_study(id);
    return {id, described == nullptr ? id : described->study.name};
}

const std::string& relations::study_type(const link& l) const {
    const auto* described = home_of_study(study_id(l));
    return (described == nullptr ? l.home : described)->study_type;
}

const catalog::data_set* relations::home_of_study(const std::string& id) const {
    const auto known = studies_.find(id);
    return known == studies_.end() ? nullptr : known->second;
}

named relations::germplasm(const link& l) const {
    if (l.facts == nullptr || l.facts->germplasm_id.empty()) return {};
    const auto& id = l.facts->germplasm_id;
    const auto known = germplasm_.find(id);
    return {id, known == germplasm_.end() ? std::string_view(id) : known->second};
}

named relations::sample(const link& l) const {
    if (has_sample_id(l.facts)) return {l.facts->sample_id, samples_.at(l.facts->sample_id)};
    if (!l.call_set) return {};
    const bool has_name = l.facts != nullptr && !l.facts->sample_name.empty();
    return {l.call_set->id(), has_name ? l.facts->sample_name : *l.column};
}

}  // namespace callstream::brapi
