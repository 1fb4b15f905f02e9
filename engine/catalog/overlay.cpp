// How a snapshot looks after what clients changed.
#include "engine/catalog/overlay.hpp"

#include "engine/catalog/catalog.hpp"
#include "engine/core/id.hpp"

#include <algorithm>

namespace callstream::catalog {
namespace {

const overlay_entry* find(const overlay::entries& entries, const std::string& id) {
    const auto at = entries.find(id);
    return at == entries.end() ? nullptr : &at->second;
}

/// The column that the id of a call set names.
std::optional<std::uint32_t> column_of(const variant_set& set, std::string_view encoded_sample) {
    const auto sample = id::decode(encoded_sample);
    const auto& columns = set.files.front()->header().sample_columns;
    const auto at = sample ? columns.find(*sample) : columns.end();
    return at == columns.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace

std::shared_ptr<const snapshot> snapshot::changed_by(const overlay& changes) const {
    auto out = part([&](const std::string& id) {
        const auto* entry = find(changes.data_sets, id);
        return entry == nullptr || !entry->hidden;
    });
    out->problems_ = problems_;
    out->remarks_ = remarks_;
    const auto has_files = [&](const created_data_set& set) {
        return std::any_of(out->data_sets_.begin(), out->data_sets_.end(), [&](const auto& home) {
            return home->id == set.id;
        });
    };
    for (auto created : changes.created_data_sets) {
        const auto* entry = find(changes.data_sets, created.id);
        if ((entry != nullptr && entry->hidden) || has_files(created)) continue;
        if (entry != nullptr && entry->name) created.name = *entry->name;
        out->created_data_sets_.push_back(std::move(created));
    }
    out->rename_data_sets(changes);
    out->change_variant_sets(changes);
    out->add_created_variant_sets(changes);
    out->change_call_sets(changes);
    out->change_read_group_sets(changes);
    return out;
}

void snapshot::rename_data_sets(const overlay& changes) {
    std::unordered_map<const data_set*, std::shared_ptr<const data_set>> renamed;
    const auto& made = changes.created_data_sets;
    for (auto& home : data_sets_) {
        const auto* entry = find(changes.data_sets, home->id);
        const bool is_named = entry != nullptr && entry->name;
        const auto created = std::find_if(made.begin(), made.end(), [&](const auto& set) {
            return set.id == home->id;
        });
        if (!is_named && created == made.end()) continue;
        auto copy = std::make_shared<data_set>(*home);
        if (created != made.end()) {
            copy->name = created->name;
            copy->project_id = created->project_id;
        }
        if (is_named) copy->name = *entry->name;
        renamed.emplace(home.get(), copy);
        home = std::move(copy);
    }
    if (renamed.empty()) return;
    const auto move_in = [&](auto& set) {
        const auto at = renamed.find(set.home.get());
        if (at != renamed.end()) set.home = at->second;
    };
    for (auto& set : sets_) move_in(set);
    for (auto& set : reference_sets_) move_in(set);
    for (auto& set : read_group_sets_) move_in(set);
    for (auto& track : tracks_) move_in(track);
    homes_.clear();
    for (const auto& home : data_sets_) homes_.emplace(home->relative, home);
}

void snapshot::change_call_sets(const overlay& changes) {
    std::unordered_map<std::string_view, std::shared_ptr<call_set_overlay>> by_set;
    const auto of_set = [&](std::string_view id) -> call_set_overlay* {
        const auto at = by_id_.find(id);
        if (at == by_id_.end()) return nullptr;
        auto& one = by_set[at->first];
        if (!one) one = std::make_shared<call_set_overlay>();
        return one.get();
    };
    for (const auto& [id, entry] : changes.call_sets) {
        const auto parts = id::split_last(id);
        auto* one = parts ? of_set(parts->first) : nullptr;
        if (one == nullptr) continue;
        const auto column = column_of(sets_[by_id_.at(parts->first)], parts->second);
        if (!column) continue;
        if (entry.name) one->renamed.emplace(*column, *entry.name);
        if (entry.hidden) one->hidden.insert(*column);
    }
    for (const auto& created : changes.created_call_sets) {
        if (auto* one = of_set(created.variant_set_id)) one->created.push_back(created);
    }
    for (const auto& [id, generation] : changes.generations) {
        if (auto* one = of_set(id)) one->generation = generation;
    }
    for (const auto& [id, one] : by_set) sets_[by_id_.at(id)].changed = one;
}

void snapshot::change_variant_sets(const overlay& changes) {
    if (changes.variant_sets.empty()) return;
    std::vector<variant_set> kept;
    for (auto& set : sets_) {
        const auto* entry = find(changes.variant_sets, set.id);
        if (entry != nullptr && entry->hidden) continue;
        if (entry != nullptr) {
            if (entry->name && !entry->name->empty()) set.name = *entry->name;
            if (entry->description) set.description = *entry->description;
            if (find_reference_set(entry->reference_set_id.value_or("")) != nullptr)
                set.reference_set_id = *entry->reference_set_id;
            set.given_metadata = entry->metadata;
        }
        kept.push_back(std::move(set));
    }
    sets_ = std::move(kept);
    by_id_.clear();
    find_by_id();
}

void snapshot::add_created_variant_sets(const overlay& changes) {
    for (auto created : changes.created_variant_sets) {
        if (by_id_.contains(created.id) || !has_data_set(created.data_set_id)) continue;
        const auto* entry = find(changes.variant_sets, created.id);
        if (entry != nullptr && entry->hidden) continue;
        if (entry != nullptr) {
            created.name = entry->name.value_or(created.name);
            created.reference_set_id = entry->reference_set_id.value_or("");
            created.description = entry->description.value_or("");
            created.metadata = entry->metadata.value_or("[]");
        }
        created_variant_sets_.push_back(std::move(created));
    }
}

void snapshot::change_read_group_sets(const overlay& changes) {
    std::vector<read_group_set> kept;
    for (auto& set : read_group_sets_) {
        const auto* entry = find(changes.read_group_sets, set.id);
        if (entry != nullptr && entry->hidden) continue;
        if (entry != nullptr && entry->name) set.given_name = *entry->name;
        if (entry != nullptr && entry->reference_set_id)
            set.reference_set_id = *entry->reference_set_id;
        kept.push_back(std::move(set));
    }
    read_group_sets_ = std::move(kept);
}

}  // namespace callstream::catalog
