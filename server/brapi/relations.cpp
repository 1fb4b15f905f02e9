#include "server/brapi/relations.hpp"

#include "server/brapi/extract.hpp"
#include "server/brapi/relations_cache.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

std::string_view or_else(std::string_view text, std::string_view otherwise) {
    return text.empty() ? otherwise : text;
}

bool has_sample_id(const catalog::sample_facts* facts) {
    return facts != nullptr && !facts->sample_id.empty();
}

/// Those that samples, or what clients made of the same kind, can name.
constexpr std::array made_types = {
    entity_type::program,
    entity_type::trial,
    entity_type::study,
    entity_type::germplasm,
    entity_type::sample,
    entity_type::plate};

const catalog::data_set* found_in(
    const std::unordered_map<std::string_view, const catalog::data_set*>& homes, std::string_view id
) {
    const auto known = homes.find(id);
    return known == homes.end() ? nullptr : known->second;
}

const std::string& study_of_files(const link& l) {
    const bool has_own = l.facts != nullptr && !l.facts->study_id.empty();
    return has_own ? l.facts->study_id : l.home->study.id;
}

}  // namespace

relations::relations(std::shared_ptr<const catalog::snapshot> now)
    : relations(
          std::move(now),
          written_entities::state{std::make_shared<written_snapshot>(), std::nullopt},
          true
      ) {}

relations::relations(
    std::shared_ptr<const catalog::snapshot> now, written_entities::state wrote, bool reaches_all
)
    : now_(std::move(now)),
      wrote_(std::move(wrote.now)),
      trouble_(std::move(wrote.trouble)),
      reaches_all_(reaches_all) {
    for (const auto& home : now_->data_sets()) {
        programs_.emplace(home->program.id, home.get());
        trials_.emplace(home->trial.id, home.get());
        studies_.emplace(home->study.id, home.get());
    }
}

const relations::rows& relations::of_rows() const {
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
            if (reaches_all_) return true;
            rows_.germplasm_ids.insert(f.germplasm_id);
            rows_.study_ids.insert(f.study_id);
            return true;
        });
    });
    return rows_;
}

// Links

bool relations::for_each_data_set(const each_link& each) const {
    for (const auto& home : now_->data_sets()) {
        link l;
        l.home = home.get();
        if (!each(l)) return false;
    }
    return true;
}

bool relations::for_each_made(entity_type type, const each_link& each) const {
    if (!reaches_all_) return true;
    for (const auto& one : wrote_->all(type)) {
        if (!one->made) continue;
        link l;
        l.own = one.get();
        l.about = type;
        l.id = one->id;
        if (!each(l)) return false;
    }
    return true;
}

void relations::for_each(const each_link& each) const {
    // What a client made may be named by a file, too: `samples.tsv` takes any id.
    std::unordered_set<const written*> of_files;
    const auto noted = [&](const link& l) {
        if (l.own != nullptr) of_files.insert(l.own);
        return each(l);
    };
    if (!for_each_data_set(each) || !for_each_row(noted) || !for_each_column(noted)) return;
    for (const auto type : made_types) {
        const bool go_on =
            for_each_made(type, [&](const link& l) { return of_files.contains(l.own) || each(l); });
        if (!go_on) return;
    }
}

bool relations::for_each_row(const each_link& each) const {
    for (const auto& home : now_->data_sets()) {
        for (const auto& column : home->sample_order) {
            link l{home.get(), home->find_sample(column), &column, std::nullopt};
            if (!each(with_own(std::move(l)))) return false;
        }
    }
    return true;
}

bool relations::for_each_column(const each_link& each) const {
    for (const auto* set : now_->variant_sets()) {
        const bool go_on = set->each_call_set([&](const catalog::call_set& c) {
            return has_sample_id(c.facts()) || each(link_of(c));
        });
        if (!go_on) return false;
    }
    return true;
}

link relations::link_of(const catalog::call_set& c) const {
    return with_own({c.set->home.get(), c.facts(), &c.name(), c});
}

link relations::with_own(link l) const {
    if (wrote_->any(entity_type::sample)) {
        l.own = wrote_->find(entity_type::sample, sample_id(l));
    }
    return l;
}

std::string relations::made_by(const link& l, entity_type type) const {
    if (l.about) return l.about == type ? l.id : std::string();
    switch (type) {
        case entity_type::program:
            return l.home->program.id;
        case entity_type::trial:
            return l.home->trial.id;
        case entity_type::study:
            return study_of_files(l);
        case entity_type::germplasm:
            return l.facts == nullptr ? std::string() : l.facts->germplasm_id;
        case entity_type::sample:
            return sample_id(l);
        case entity_type::plate:
        case entity_type::call_set:
        case entity_type::variant_set:
        case entity_type::extract:
            break;
    }
    return {};
}

link relations::for_made(const link& l, entity_type type) const {
    return for_made(l, type, made_by(l, type));
}

link relations::for_made(link l, entity_type type, std::string id) {
    l.id = std::move(id);
    l.about = type;
    // What was written of a sample says nothing of what the sample is of.
    if (l.home != nullptr && type != entity_type::sample) l.own = nullptr;
    return l;
}

link relations::left_alone(const link& l, entity_type type) const {
    auto out = for_made(l, type);
    out.facts = nullptr;
    out.column = nullptr;
    out.call_set.reset();
    out.alone = true;
    return out;
}

// Entities

named relations::entity(entity_type type, const link& l) const {
    switch (type) {
        case entity_type::program:
            return program(l);
        case entity_type::trial:
            return trial(l);
        case entity_type::study:
            return study(l);
        case entity_type::germplasm:
            return germplasm(l);
        case entity_type::sample:
            return sample(l);
        case entity_type::plate:
            return plate(l);
        case entity_type::call_set:
        case entity_type::variant_set:
        case entity_type::extract:
            break;
    }
    return {};
}

const written::text* relations::own_text(const link& l, written::text written::*what) {
    const bool says = !l.about || l.about == entity_type::sample || l.about == entity_type::plate;
    if (l.own == nullptr || !says) return nullptr;
    const auto& text = l.own->*what;
    return text ? &text : nullptr;
}

std::string relations::program_id(const link& l) const {
    if (l.about == entity_type::program) return l.id;
    if (l.alone && l.about == entity_type::germplasm) return {};
    if (const auto* own = own_text(l, &written::program_id)) return **own;
    const auto trial = trial_id(l);
    const auto* trial_says = wrote(entity_type::trial, trial);
    if (trial_says != nullptr && trial_says->program_id) return *trial_says->program_id;
    if (l.home != nullptr && trial == l.home->trial.id) return l.home->program.id;
    const auto* home = found_in(trials_, trial);
    return home == nullptr ? std::string() : home->program.id;
}

std::string relations::trial_id(const link& l) const {
    if (l.about == entity_type::trial) return l.id;
    if (l.alone && l.about != entity_type::study) return {};
    if (const auto* own = own_text(l, &written::trial_id)) return **own;
    const auto study = study_id(l);
    const auto* study_says = wrote(entity_type::study, study);
    if (study_says != nullptr && study_says->trial_id) return *study_says->trial_id;
    const bool moved = own_text(l, &written::study_id) != nullptr;
    if (l.home != nullptr && !moved) return l.home->trial.id;
    const auto* home = home_of_study(study);
    return home == nullptr ? std::string() : home->trial.id;
}

std::string relations::study_id(const link& l) const {
    if (l.about == entity_type::study) return l.id;
    if (const auto* own = own_text(l, &written::study_id)) return **own;
    return l.home == nullptr || l.alone ? std::string() : study_of_files(l);
}

std::string relations::sample_id(const link& l) const {
    if (l.about == entity_type::sample) return l.id;
    if (has_sample_id(l.facts)) return l.facts->sample_id;
    if (!l.call_set) return {};
    const auto* made = l.call_set->created();
    return made != nullptr && !made->sample_id.empty() ? made->sample_id : l.call_set->id();
}

named relations::program(const link& l) const {
    auto id = program_id(l);
    const auto* says = wrote(entity_type::program, id);
    if (says != nullptr && says->name) return {std::move(id), *says->name};
    if (const auto* home = found_in(programs_, id)) return {std::move(id), home->program.name};
    const auto* trial_says = wrote(entity_type::trial, l);
    const bool is_named = trial_says != nullptr && trial_says->program_name;
    return {std::move(id), is_named ? std::string_view(*trial_says->program_name) : ""};
}

named relations::trial(const link& l) const {
    auto id = trial_id(l);
    const auto* says = wrote(entity_type::trial, id);
    if (says != nullptr && says->name) return {std::move(id), *says->name};
    if (const auto* home = found_in(trials_, id)) return {std::move(id), home->trial.name};
    const auto* study_says = wrote(entity_type::study, l);
    const bool is_named = study_says != nullptr && study_says->trial_name;
    return {std::move(id), is_named ? std::string_view(*study_says->trial_name) : ""};
}

named relations::study(const link& l) const {
    auto id = study_id(l);
    const auto* says = wrote(entity_type::study, id);
    if (says != nullptr && says->name) return {std::move(id), *says->name};
    if (const auto* described = home_of_study(id)) return {std::move(id), described->study.name};
    // Files name it without a name; what points into them outlives the id.
    const bool of_row = l.facts != nullptr && l.facts->study_id == id;
    return {std::move(id), of_row ? std::string_view(l.facts->study_id) : ""};
}

std::string_view relations::study_type(const link& l) const {
    const auto id = study_id(l);
    const auto* says = wrote(entity_type::study, id);
    if (says != nullptr && says->study_type) return *says->study_type;
    const auto* described = home_of_study(id);
    if (described == nullptr) described = l.home;
    return described == nullptr ? std::string_view() : described->study_type;
}

const catalog::data_set* relations::home_of_study(std::string_view id) const {
    return found_in(studies_, id);
}

named relations::germplasm(const link& l) const {
    std::string id;
    if (l.about == entity_type::germplasm) {
        id = l.id;
    } else if (const auto* own = own_text(l, &written::germplasm_id)) {
        id = **own;
    } else if (l.facts != nullptr) {
        id = l.facts->germplasm_id;
    }
    if (id.empty()) return {};
    const auto* says = wrote(entity_type::germplasm, id);
    if (says != nullptr && says->name) return {std::move(id), *says->name};
    const auto& named_in_rows = of_rows().germplasm;
    const auto known = named_in_rows.find(id);
    if (known != named_in_rows.end()) return {std::move(id), known->second};
    const bool of_row = l.facts != nullptr && l.facts->germplasm_id == id;
    return {std::move(id), of_row ? std::string_view(l.facts->germplasm_id) : ""};
}

named relations::sample(const link& l) const {
    auto id = sample_id(l);
    if (id.empty()) return {};
    const bool is_own = l.own != nullptr && (!l.about || l.about == entity_type::sample);
    if (is_own && l.own->name) return {std::move(id), *l.own->name};
    if (l.home == nullptr) return {std::move(id), ""};
    if (has_sample_id(l.facts)) {
        const auto name = of_rows().samples.at(id);
        return {std::move(id), name};
    }
    const auto* made = l.call_set->created();
    const bool has_name = l.facts != nullptr && !l.facts->sample_name.empty();
    if (made != nullptr && !made->sample_id.empty()) return {std::move(id), *l.column};
    return {std::move(id), has_name ? l.facts->sample_name : *l.column};
}

named relations::plate(const link& l) const {
    if (l.about == entity_type::plate) {
        return {l.id, l.own->name ? std::string_view(*l.own->name) : std::string_view()};
    }
    const auto* own = own_text(l, &written::plate_id);
    std::string id = own == nullptr ? "" : **own;
    const auto* says = wrote(entity_type::plate, id);
    if (says != nullptr && says->name) return {std::move(id), *says->name};
    const auto* name = own_text(l, &written::plate_name);
    return {std::move(id), name == nullptr ? std::string_view() : **name};
}

std::string_view relations::crop(entity_type type, const link& l) const {
    const std::string_view of_home = l.home == nullptr ? std::string_view() : l.home->crop;
    if (!anything_written()) return of_home;
    const auto said = [&](entity_type by) {
        const auto* says = wrote(by, l);
        return says == nullptr || !says->crop ? std::string_view() : std::string_view(*says->crop);
    };
    const bool has_none = type == entity_type::sample || type == entity_type::plate;
    const auto own = said(has_none ? entity_type::study : type);
    if (!own.empty() || !of_home.empty()) return or_else(own, of_home);
    for (const auto by :
         {entity_type::germplasm, entity_type::study, entity_type::trial, entity_type::program}) {
        if (const auto crop = said(by); !crop.empty()) return crop;
    }
    return {};
}

// What was written

const written* relations::wrote(entity_type type, std::string_view id) const {
    const auto* found = wrote_->find(type, id);
    return found == nullptr || reaches_all_ || is_of_files(type, id) ? found : nullptr;
}

const written* relations::wrote(entity_type type, const link& l) const {
    if (!wrote_->any(type)) return nullptr;
    return wrote(type, entity(type, l).id);
}

const written* relations::wrote_of(const catalog::call_set& c) const {
    const bool any = wrote_->any(entity_type::call_set);
    return any ? wrote(entity_type::call_set, c.id()) : nullptr;
}

const written* relations::wrote_of(const catalog::variant_set& set) const {
    return wrote(entity_type::variant_set, set.id);
}

void relations::for_each_wrote(entity_type type, const std::function<void(const written&)>& each)
    const {
    for (const auto& one : wrote_->all(type)) {
        if (reaches_all_ || is_of_files(type, one->id)) each(*one);
    }
}

/// Within reach. The ids of samples and sets are looked up only as files have them.
bool relations::is_of_files(entity_type type, std::string_view id) const {
    switch (type) {
        case entity_type::program:
            return programs_.contains(id);
        case entity_type::trial:
            return trials_.contains(id);
        case entity_type::study:
            return studies_.contains(id) || of_rows().study_ids.contains(id);
        case entity_type::germplasm:
            return of_rows().germplasm_ids.contains(id);
        case entity_type::plate:
        case entity_type::extract:
            return false;
        case entity_type::sample:
        case entity_type::call_set:
        case entity_type::variant_set:
            break;
    }
    return true;
}

const extract* relations::find_extract(std::string_view id) const {
    const auto* found = wrote(entity_type::extract, id);
    if (found == nullptr || found->extracted == nullptr) return nullptr;
    const auto& sources = found->extracted->sources();
    const bool has_any = std::any_of(sources.begin(), sources.end(), [this](const auto& source) {
        return has_variant_set(source);
    });
    return has_any ? found->extracted.get() : nullptr;
}

std::vector<std::string_view> relations::extracts() const {
    std::vector<std::string_view> out;
    for_each_wrote(entity_type::extract, [&](const written& one) {
        if (find_extract(one.id) != nullptr) out.push_back(one.id);
    });
    return out;
}

bool relations::has_variant_set(std::string_view id) const {
    return now_->find_variant_set(id) != nullptr || find_extract(id) != nullptr;
}

void relations::overlay(entity_type type, std::string_view id, json::object& shown) const {
    const auto* says = wrote(type, id);
    if (says == nullptr) return;
    const auto is_name_of_other = [&](std::string_view member) {
        return (type == entity_type::trial && member == "programName") ||
               (type == entity_type::study && member == "trialName") ||
               (type == entity_type::sample && member == "plateName");
    };
    for (auto& [member, value] : says->members()) {
        if (!is_name_of_other(member)) shown[member] = std::move(value);
    }
}

std::shared_ptr<const relations> relations_now(
    const context& ctx, const http::request& request, std::vector<std::string>& warnings
) {
    auto wrote = ctx.wrote->current();
    auto now = visible(ctx, request);
    const bool reaches_all = request.may->reaches_all();
    if (!wrote.trouble) {
        return ctx.known_relations->of(std::move(now), std::move(wrote.now), reaches_all);
    }
    warnings.push_back("What clients wrote is shown as of earlier: " + wrote.trouble->text);
    return std::make_shared<const relations>(std::move(now), std::move(wrote), reaches_all);
}

std::shared_ptr<const relations> relations_at_once(
    const context& ctx, const http::request& request
) {
    // To make a part of the catalog for others takes its time.
    if (!request.may->reaches_all()) return nullptr;
    auto wrote = ctx.wrote->known();
    if (!wrote) return nullptr;
    return ctx.known_relations->of(visible(ctx, request), std::move(wrote), true);
}

}  // namespace callstream::brapi
