#include "server/vendor/status.hpp"

#include "engine/core/clock.hpp"
#include "server/http/json_body.hpp"

#include <algorithm>
#include <array>

namespace callstream::vendor {
namespace {

constexpr std::array<std::string_view, 4> steps = {
    "registered", "received", "inProgress", "completed"};

bool may_follow(const std::string& before, const std::string& after) {
    if (before == "completed" || before == "rejected") return false;
    if (after == "rejected") return true;
    const auto at = std::find(steps.begin(), steps.end(), before);
    return at != steps.end() && at + 1 != steps.end() && *(at + 1) == after;
}

}  // namespace

error no_order() {
    return {errc::not_found, "there is no order with this orderId"};
}

result<store::order> move_order(
    store::order_store& orders, std::string_view id, const std::string& status
) {
    auto order = orders.find(id);
    if (!order) return order.error();
    if (!*order) return no_order();
    auto& found = **order;
    if (!may_follow(found.status, status)) {
        return error{
            errc::bad_request,
            "an order that is " + found.status + " cannot become '" + http::shown_name(status) +
                "'; the steps are registered, received, inProgress, completed, and rejected "
                "instead"};
    }
    const auto when = now_s();
    const auto moved = orders.move(id, found.status, status, when);
    if (!moved) return moved.error();
    if (!*moved) return error{errc::unavailable, "somebody else moved the order; look again"};
    found.status = status;
    found.modified_s = when;
    return std::move(found);
}

}  // namespace callstream::vendor
