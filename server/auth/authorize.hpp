// Who may. Every route names the scope it needs, and every request passes here before its handler.
#pragma once

#include "engine/core/error.hpp"

#include <string_view>

namespace callstream::auth {

enum class scope {
    open,  ///< liveness and what the server can do: no data
    read,
    write,  ///< of the side store; files are never written
};

/// Authentication is not switched on by any option yet, and the server refuses to listen beyond
/// loopback without being told to, so everybody who can reach it may read. `authorization` is the
/// header field of that name, empty when absent; `data_set` is empty where a route concerns none.
result<void> authorize(scope needed, std::string_view data_set, std::string_view authorization);

}  // namespace callstream::auth
