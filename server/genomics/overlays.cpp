#include "server/genomics/overlays.hpp"

#include "engine/core/clock.hpp"

#include <algorithm>
#include <utility>

namespace callstream::genomics {
namespace {

std::shared_ptr<const catalog::overlay> overlay_of(store::kept_overlays kept) {
    auto out = std::make_shared<catalog::overlay>();
    for (auto& change : kept.changes) {
        auto& entries = change.kind == "callset"        ? out->call_sets
                        : change.kind == "readgroupset" ? out->read_group_sets
                        : change.kind == "variantset"   ? out->variant_sets
                                                        : out->data_sets;
        entries.insert_or_assign(
            std::move(change.id),
            catalog::overlay_entry{
                std::move(change.name),
                std::move(change.reference_set),
                change.hidden_s.has_value(),
                std::move(change.description),
                std::move(change.metadata)}
        );
    }
    for (auto& set : kept.data_sets) {
        out->created_data_sets.push_back(
            {std::move(set.id), std::move(set.name), std::move(set.project), set.created_s}
        );
    }
    for (auto& set : kept.call_sets) {
        out->created_call_sets.push_back(
            {std::move(set.id),
             std::move(set.variant_set),
             std::move(set.name),
             std::move(set.sample_id),
             std::move(set.info),
             set.created_ms}
        );
    }
    for (auto& set : kept.variant_sets)
        out->created_variant_sets.push_back({std::move(set.id), std::move(set.data_set)});
    for (auto& one : kept.generations) {
        out->generations.insert_or_assign(
            std::move(one.variant_set), static_cast<std::uint32_t>(one.generation)
        );
    }
    return out;
}

/// Whether a created data set has been hidden since `gone_s` or longer.
bool has_gone(const store::kept_overlays& kept, std::int64_t gone_s) {
    const auto& created = kept.data_sets;
    return std::any_of(kept.changes.begin(), kept.changes.end(), [&](const auto& change) {
        if (change.kind != "dataset" || !change.hidden_s || *change.hidden_s > gone_s) return false;
        return std::any_of(created.begin(), created.end(), [&](const auto& set) {
            return set.id == change.id;
        });
    });
}

}  // namespace

result<void> overlay_keeper::refresh() {
    const std::lock_guard lock(mutex_);
    auto& overlays = store_.overlays();
    auto kept = overlays.all();
    if (!kept) return kept.error();
    const std::int64_t gone = now_s() - undelete_for.count();
    if (has_gone(*kept, gone)) {
        if (auto purged = overlays.purge_data_sets(gone); !purged) return purged.error();
        kept = overlays.all();
        if (!kept) return kept.error();
    }
    catalog_.change(overlay_of(std::move(*kept)));
    return {};
}

}  // namespace callstream::genomics
