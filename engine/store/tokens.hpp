// Bearer tokens, kept as digests: whoever reads the store cannot use them.
#pragma once

#include "engine/core/error.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::store {

/// Times are in seconds since 1970.
struct kept_token {
    std::string name;    ///< what people call it; one of a name at a time
    std::string digest;  ///< SHA-256 of the token, hexadecimal
    std::string scope;   ///< `read`, `write` or `admin`
    std::optional<std::vector<std::string>> data_sets;  ///< nothing: all of them
    std::int64_t created_s = 0;
    std::optional<std::int64_t> expires_s;
    std::optional<std::int64_t> revoked_s;
};

/// Thread-safe.
class token_store {
 public:
    virtual ~token_store() = default;

    /// In place of a revoked one of the same name; `errc::bad_request` where there is another.
    virtual result<void> add(const kept_token& token) = 0;
    /// Also those that were revoked or have expired, by name.
    virtual result<std::vector<kept_token>> all() = 0;
    /// Keeps the data sets that `edit` gives the tokens, all at once; what else it changes is not
    /// kept. Nobody else changes tokens meanwhile. Nothing is changed when it returns an error.
    using editor = std::function<result<void>(std::vector<kept_token>&)>;
    virtual result<void> assign(const editor& edit) = 0;
    /// False when there is none of this name that could be revoked.
    virtual result<bool> revoke(std::string_view name, std::int64_t now_s) = 0;
};

}  // namespace callstream::store
