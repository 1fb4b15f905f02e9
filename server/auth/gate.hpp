// Who may: every request passes here before its handler, and before its body is read.
#pragma once

#include "engine/core/error.hpp"
#include "engine/store/tokens.hpp"
#include "server/auth/rights.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

namespace callstream::auth {

/// `read`, `write` or `admin`.
std::optional<scope> scope_named(std::string_view name);

/// A new token as it is handed out, and what is kept of it.
std::string new_token();
std::string digest_of(std::string_view token);

/// Thread-safe. Tokens are looked up in memory; what changes in the store is known within a second.
class gate {
 public:
    enum class mode {
        off,    ///< nobody is asked; tokens are ignored
        write,  ///< reading is open, writing needs a token
        all,    ///< everything but liveness and serverinfo needs one
    };
    using clock_s = std::function<std::int64_t()>;

    /// `tokens` outlives it.
    gate(mode m, store::token_store& tokens, clock_s now_s);

    mode how() const noexcept { return mode_; }

    /// Reads the tokens, and again every second from now on. An error: they could not be read.
    result<void> start();
    /// Reads them now.
    result<void> load();

    /// The rights of whoever sent this `Authorization` field, empty when absent.
    /// `errc::unauthorized` for a token that is missing, unknown, revoked or expired,
    /// `errc::forbidden` for one that must not do it. RFC 6750: the scheme in any case, one token.
    result<rights_ptr> admit(scope needed, std::string_view authorization) const;

 private:
    struct known_token {
        rights_ptr may;
        std::optional<std::int64_t> expires_s;
    };
    using table = std::unordered_map<std::string, known_token>;  // by digest

    std::shared_ptr<const table> tokens() const;

    mode mode_;
    store::token_store& store_;
    clock_s now_s_;
    mutable std::mutex mutex_;  // guards the next
    std::shared_ptr<const table> tokens_ = std::make_shared<table>();
    std::mutex loading_;
    std::jthread watcher_;
};

}  // namespace callstream::auth
