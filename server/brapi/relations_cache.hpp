// Keeps the relations of files and of what clients wrote, which take time as there are data sets
// and samples to make.
#pragma once

#include "server/brapi/relations.hpp"

#include <array>
#include <memory>
#include <mutex>

namespace callstream::brapi {

/// Those that were made last: while neither files nor what clients wrote change, all requests share
/// them. Thread-safe.
class relations_cache {
 public:
    std::shared_ptr<const relations> of(
        std::shared_ptr<const catalog::snapshot> now,
        written_entities::snapshot_ptr wrote,
        bool reaches_all
    );

 private:
    std::mutex mutex_;                                      // guards the next
    std::array<std::shared_ptr<const relations>, 2> last_;  // of a part of the catalog, of all
};

}  // namespace callstream::brapi
