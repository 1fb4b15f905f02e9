#include "server/brapi/relations.hpp"

#include <utility>

namespace callstream::brapi {
namespace {

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
}

const relations::names_of_rows& relations::of_rows() const {
    std::call_once(rows_read_, [this] {
        for_each_row([this](const link& l) {
            const auto& f = *l.facts;
            // A row that gives no name does not keep a later one from giving it.
            if (!f.germplasm_name.empty()) {
                rows_.germplasm.emplace(f.germplasm_id, f.germplasm_name);
            }
            if (has_sample_id(&f)) {
                rows_.samples.emplace(f.sample_id, or_else(f.sample_name, *l.column));
            }
            return true;
        });
    });
    return rows_;
}

bool relations::for_each_data_set(const std::function<bool(const link&)>& each) const {
    for (const auto& home : now_->data_sets()) {
        link l;
        l.home = home.get();
        if (!each(l)) return false;
    }
    return true;
}

void relations::for_each(const std::function<bool(const link&)>& each) const {
    if (for_each_data_set(each) && for_each_row(each)) for_each_column(each);
}

bool relations::for_each_row(const std::function<bool(const link&)>& each) const {
    for (const auto& home : now_->data_sets()) {
        for (const auto& column : home->sample_order) {
            if (!each({home.get(), home->find_sample(column), &column, std::nullopt})) return false;
        }
    }
    return true;
}

bool relations::for_each_column(const std::function<bool(const link&)>& each) const {
    for (const auto* set : now_->variant_sets()) {
        const bool go_on = set->each_call_set([&](const catalog::call_set& c) {
            const auto* facts = c.facts();
            return has_sample_id(facts) || each({set->home.get(), facts, &c.name(), c});
        });
        if (!go_on) return false;
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
    const auto& named_in_rows = of_rows().germplasm;
    const auto known = named_in_rows.find(id);
    return {id, known == named_in_rows.end() ? std::string_view(id) : known->second};
}

named relations::sample(const link& l) const {
    if (has_sample_id(l.facts))
        return {l.facts->sample_id, of_rows().samples.at(l.facts->sample_id)};
    if (!l.call_set) return {};
    const auto* made = l.call_set->created();
    if (made != nullptr && !made->sample_id.empty()) return {made->sample_id, *l.column};
    const bool has_name = l.facts != nullptr && !l.facts->sample_name.empty();
    return {l.call_set->id(), has_name ? l.facts->sample_name : *l.column};
}

}  // namespace callstream::brapi
