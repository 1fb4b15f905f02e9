// The side store: what cannot be read from files. An interface, so that a server of its own can
// stand behind it where several servers share one store; `sqlite_store.hpp` makes the usual one.
#pragma once

#include "engine/store/annotations.hpp"
#include "engine/store/entities.hpp"
#include "engine/store/lists.hpp"
#include "engine/store/operations.hpp"
#include "engine/store/orders.hpp"
#include "engine/store/overlays.hpp"
#include "engine/store/searches.hpp"
#include "engine/store/tokens.hpp"

namespace callstream::store {

/// Thread-safe; calls block while another one writes. Trouble is an error: `errc::storage_full`,
/// `errc::unavailable` for what may pass, `errc::storage_damaged`; nothing was changed then.
class side_store {
 public:
    virtual ~side_store() = default;

    /// Opens it, to know at once whether it can be used.
    virtual result<void> check() = 0;
    /// Whether it could be used when that was tried last. Does not wait.
    virtual bool usable() const noexcept = 0;

    virtual search_store& searches() = 0;
    virtual list_store& lists() = 0;
    virtual operation_store& operations() = 0;
    virtual order_store& orders() = 0;
    virtual overlay_store& overlays() = 0;
    virtual token_store& tokens() = 0;
    virtual annotation_store& annotations() = 0;
    virtual entity_store& entities() = 0;
};

}  // namespace callstream::store
