#include "server/auth/gate.hpp"

#include "engine/core/base64url.hpp"
#include "engine/core/digest.hpp"
#include "engine/core/secret.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>

namespace callstream::auth {
namespace {

constexpr std::size_t token_bytes = 32;
constexpr std::size_t field_bytes_max = 4096;

const rights_ptr& reading() {
    static const rights_ptr may = std::make_shared<rights>(rights{scope::read, {}});
    return may;
}
const rights_ptr& nothing() {
    static const rights_ptr may = std::make_shared<rights>(rights{scope::open, {}});
    return may;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// What follows `Bearer`; nothing for another scheme. Clients that have no token send an empty one.
std::optional<std::string_view> bearer_token(std::string_view field) {
    constexpr std::string_view scheme = "bearer";
    if (field.size() < scheme.size()) return std::nullopt;
    for (std::size_t i = 0; i < scheme.size(); ++i) {
        if (lower(field[i]) != scheme[i]) return std::nullopt;
    }
    auto rest = field.substr(scheme.size());
    if (!rest.empty() && rest.front() != ' ') return std::nullopt;
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    return rest;
}

error unauthorized(std::string why) {
    return {errc::unauthorized, std::move(why)};
}

}  // namespace

std::optional<scope> scope_named(std::string_view name) {
    if (name == "read") return scope::read;
    if (name == "write") return scope::write;
    if (name == "admin") return scope::admin;
    return std::nullopt;
}

std::string new_token() {
    return "cst_" + to_base64url(random_bytes(token_bytes));
}

std::string digest_of(std::string_view token) {
    return digest_text(running_digest::kind::sha256, token);
}

gate::gate(mode m, store::token_store& tokens, clock_s now_s)
    : mode_(m), store_(tokens), now_s_(std::move(now_s)) {}

result<void> gate::start() {
    if (mode_ == mode::off) return {};
    if (auto loaded = load(); !loaded) return loaded;
    watcher_ = std::jthread([this](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
            wake.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
            // What cannot be read now stays as it was.
            if (stop.stop_requested()) return;
            try {
                static_cast<void>(load());
            } catch (const std::exception&) {  // no memory, say
            }
        }
    });
    return {};
}

result<void> gate::load() {
    // What was read last must be in force last.
    const std::lock_guard in_turn(loading_);
    auto all = store_.all();
    if (!all) return all.error();
    auto fresh = std::make_shared<table>();
    for (auto& token : *all) {
        const auto most = scope_named(token.scope);
        if (token.revoked_s || !most) continue;
        if (token.data_sets) std::sort(token.data_sets->begin(), token.data_sets->end());
        auto may = std::make_shared<rights>(rights{*most, std::move(token.data_sets)});
        fresh->emplace(std::move(token.digest), known_token{std::move(may), token.expires_s});
    }
    const std::lock_guard lock(mutex_);
    tokens_ = std::move(fresh);
    return {};
}

std::shared_ptr<const gate::table> gate::tokens() const {
    const std::lock_guard lock(mutex_);
    return tokens_;
}

result<rights_ptr> gate::admit(scope needed, std::string_view authorization) const {
    if (mode_ == mode::off) return everything();
    if (authorization.size() > field_bytes_max) return unauthorized("the token is too long");
    const auto token =
        authorization.empty() ? std::optional<std::string_view>("") : bearer_token(authorization);
    // What is open tells a stranger and a friend the same.
    if (needed == scope::open && (!token || token->empty())) return nothing();
    if (!token) return unauthorized("only Authorization: Bearer TOKEN is known here");
    if (token->empty()) {
        if (mode_ == mode::write && needed <= scope::read) return reading();
        return unauthorized("this needs a token: send Authorization: Bearer TOKEN");
    }
    const auto now = tokens();
    const auto found = now->find(digest_of(*token));
    const bool valid =
        found != now->end() && (!found->second.expires_s || *found->second.expires_s > now_s_());
    if (!valid && needed == scope::open) return nothing();
    if (!valid) return unauthorized("the token is not known, or not valid any more");
    const auto& may = found->second.may;
    if (may->most < needed) return error{errc::forbidden, "the token does not allow this"};
    return may;
}

}  // namespace callstream::auth
