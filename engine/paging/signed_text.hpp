// Text that a client keeps for the server: readable by anyone, changeable by nobody without the
// key. It survives restarts and works on every replica, because nothing has to be remembered.
#pragma once

#include "engine/paging/signing_key.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace callstream::paging {

/// `text` and its signature in characters that need no percent-encoding. `purpose` is signed with
/// it, so that what was made for one use is good for no other; it holds no zero byte.
std::string sign_text(const signing_key& key, std::string_view purpose, std::string_view text);

/// Nothing unless `signed_text` was made with this key for this purpose.
std::optional<std::string> open_signed_text(
    const signing_key& key, std::string_view purpose, std::string_view signed_text
);

}  // namespace callstream::paging
