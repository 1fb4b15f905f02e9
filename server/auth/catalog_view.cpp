#include "server/auth/catalog_view.hpp"

namespace callstream::auth {

catalog_view::snapshot_ptr catalog_view::of(const rights& may) const {
    auto now = catalog_.current();
    if (may.reaches_all()) return now;
    const std::lock_guard lock(mutex_);
    if (whole_ != now) {
        parts_.clear();
        whole_ = now;
    }
    auto& part = parts_[*may.data_sets];
    if (part == nullptr) part = now->restricted_to(*may.data_sets);
    return part;
}

}  // namespace callstream::auth
