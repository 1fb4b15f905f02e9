// How far an order is: registered, received, inProgress, completed; or rejected on the way.
#pragma once

#include "engine/store/orders.hpp"

#include <string>
#include <string_view>

namespace callstream::vendor {

error no_order();

/// The order as it is afterwards. One step forward at a time, `rejected` from every step but the
/// last. `errc::not_found`; `errc::bad_request` for a step that cannot be.
result<store::order> move_order(
    store::order_store& orders, std::string_view id, const std::string& status
);

}  // namespace callstream::vendor
