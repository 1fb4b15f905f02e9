// Changes that clients made, from the store into the catalog, where every dialect sees them.
#pragma once

#include "engine/catalog/catalog_service.hpp"
#include "engine/store/side_store.hpp"

#include <chrono>
#include <mutex>

namespace callstream::genomics {

/// For so long a deleted data set can be brought back.
constexpr std::chrono::seconds undelete_for = std::chrono::days(7);

/// Thread-safe. Catalog and store outlive it.
class overlay_keeper {
 public:
    overlay_keeper(catalog::catalog_service& catalog, store::side_store& store)
        : catalog_(catalog), store_(store) {}

    /// Removes what is gone for good, then shows the catalog as the store has it. To be called at
    /// the start, from time to time because commands change the store too.
    result<void> refresh();

    /// What `edit(overlay_store&)` does to the store, shown at once.
    template <class Edit>
    result<void> apply(Edit edit) {
        if (const auto done = edit(store_.overlays()); !done) return done.error();
        return refresh();
    }

 private:
    catalog::catalog_service& catalog_;
    store::side_store& store_;
    std::mutex mutex_;  // what was read last must be shown last
};

}  // namespace callstream::genomics
