// What whoever asks may do.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::auth {

/// In rising order: each holds those before it.
enum class scope {
    open,   ///< liveness and what the server can do: no data
    read,   ///< of files and of the side store
    write,  ///< of the side store; files are never written
    admin,  ///< what only those who run the server or a laboratory may do
};

/// Immutable, shared between the requests of one token.
struct rights {
    scope most = scope::open;
    /// Ids of the data sets that are within reach, sorted; nothing: everything, also what belongs
    /// to no data set.
    std::optional<std::vector<std::string>> data_sets;

    bool reaches_all() const noexcept { return !data_sets.has_value(); }
    bool reaches(std::string_view data_set) const {
        return reaches_all() || std::binary_search(data_sets->begin(), data_sets->end(), data_set);
    }
};

}  // namespace callstream::auth
