#include "server/brapi/relations_cache.hpp"

#include <utility>

namespace callstream::brapi {

std::shared_ptr<relations_cache> make_relations_cache() {
    return std::make_shared<relations_cache>();
}

std::shared_ptr<const relations> relations_cache::of(
    std::shared_ptr<const catalog::snapshot> now,
    written_entities::snapshot_ptr wrote,
    bool reaches_all
) {
    auto& last = last_[reaches_all ? 1 : 0];
    {
        const std::lock_guard lock(mutex_);
        const bool fits = last && last->snapshot() == now && last->what_was_written() == wrote;
        if (fits) return last;
    }
    auto made = std::make_shared<const relations>(
        std::move(now), written_entities::state{std::move(wrote), std::nullopt}, reaches_all
    );
    std::shared_ptr<const relations> before = made;  // goes away when the lock has
    const std::lock_guard lock(mutex_);
    last.swap(before);
    return made;
}

}  // namespace callstream::brapi
