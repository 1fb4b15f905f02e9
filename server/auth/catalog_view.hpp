// The catalog as far as somebody may see it. What is out of reach is not in it, so handlers answer
// as if it did not exist: lists, ids, tokens, search results and links alike.
#pragma once

#include "engine/catalog/catalog_service.hpp"
#include "server/auth/rights.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace callstream::auth {

/// Thread-safe. The catalog outlives it.
class catalog_view {
 public:
    using snapshot_ptr = std::shared_ptr<const catalog::snapshot>;

    explicit catalog_view(const catalog::catalog_service& catalog) : catalog_(catalog) {}

    snapshot_ptr of(const rights& may) const;

 private:
    const catalog::catalog_service& catalog_;
    mutable std::mutex mutex_;  // guards what follows
    mutable snapshot_ptr whole_;
    mutable std::map<std::vector<std::string>, snapshot_ptr> parts_;  // of `whole_`, by data sets
};

}  // namespace callstream::auth
