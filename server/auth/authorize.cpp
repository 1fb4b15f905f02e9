#include "server/auth/authorize.hpp"

namespace callstream::auth {

result<void> authorize(
    scope /*needed*/, std::string_view /*data_set*/, std::string_view /*authorization*/
) {
    return {};
}

}  // namespace callstream::auth
