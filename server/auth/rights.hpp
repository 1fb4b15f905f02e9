// What whoever asks may do.
#pragma once

#include <memory>
#include <optional>
#include <string>
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
};
using rights_ptr = std::shared_ptr<const rights>;

/// Where nobody is asked.
inline const rights_ptr& everything() {
    static const rights_ptr all = std::make_shared<rights>(rights{scope::admin, {}});
    return all;
}

}  // namespace callstream::auth
