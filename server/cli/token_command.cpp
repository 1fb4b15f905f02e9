// `callstream token`: who may, for `serve --auth`.
#include "engine/core/clock.hpp"
#include "engine/core/parse.hpp"
#include "engine/store/sqlite_store.hpp"
#include "server/auth/gate.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/log.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <optional>

namespace callstream::cli {
namespace json = boost::json;
namespace {

using store::kept_token;

/// `30d`, `12h` from now, or a point in time.
std::optional<std::int64_t> expiry_of(const std::string& text, std::int64_t now) {
    constexpr std::int64_t hour_s = 3600;
    constexpr std::int64_t count_max = 1'000'000;
    if (const auto when = parse_date_time(text)) return when->time_since_epoch().count() / 1000;
    const bool days = text.ends_with('d');
    if (!days && !text.ends_with('h')) return std::nullopt;
    const auto count = parse_integer<std::int64_t>(text.substr(0, text.size() - 1));
    if (!count || *count < 1 || *count > count_max) return std::nullopt;
    return now + *count * hour_s * (days ? 24 : 1);
}

int add(const token_options& options, store::token_store& tokens) {
    const auto secret = auth::new_token();
    kept_token token{options.name, auth::digest_of(secret), options.scope, {}, now_s(), {}, {}};
    if (!options.data_sets.empty()) token.data_sets = options.data_sets;
    if (!options.expires.empty()) {
        token.expires_s = expiry_of(options.expires, token.created_s);
        if (!token.expires_s)
            return failure("token", "--expires wants 30d, 12h or a point in time");
        if (*token.expires_s <= token.created_s)
            return failure("token", "--expires is in the past");
    }
    if (const auto kept = tokens.add(token); !kept) return failure("token", kept.error().text);
    std::cout << secret << "\n";
    return 0;
}

std::string state_of(const kept_token& token) {
    if (token.revoked_s) return "revoked " + utc_text_of_s(*token.revoked_s);
    if (!token.expires_s) return "valid";
    const bool over = *token.expires_s <= now_s();
    return (over ? "expired " : "valid until ") + utc_text_of_s(*token.expires_s);
}

json::value optional_date(const std::optional<std::int64_t>& when_s) {
    return when_s ? json::value(utc_text_of_s(*when_s)) : json::value(nullptr);
}

json::object to_json(const kept_token& token) {
    json::value data_sets;
    if (token.data_sets) data_sets = json::array(token.data_sets->begin(), token.data_sets->end());
    return {
        {"name", token.name},
        {"scope", token.scope},
        {"dataSets", std::move(data_sets)},
        {"created", utc_text_of_s(token.created_s)},
        {"expires", optional_date(token.expires_s)},
        {"revoked", optional_date(token.revoked_s)},
    };
}

int ls(const token_options& options, store::token_store& tokens) {
    const auto all = tokens.all();
    if (!all) return failure("token", all.error().text);
    json::array array;
    for (const auto& token : *all) {
        if (options.json) array.push_back(to_json(token));
        if (options.json) continue;
        std::string data_sets = token.data_sets ? "" : "all data sets";
        for (const auto& id : token.data_sets.value_or(std::vector<std::string>{})) {
            data_sets += (data_sets.empty() ? "" : ",") + id;
        }
        std::cout << token.name << "\t" << token.scope << "\t" << data_sets << "\t"
                  << state_of(token) << "\n";
    }
    if (options.json) std::cout << json::serialize(array) << "\n";
    return 0;
}

int revoke(const token_options& options, store::token_store& tokens) {
    const auto done = tokens.revoke(options.name, now_s());
    if (!done) return failure("token", done.error().text);
    if (!*done) return failure("token", "there is no valid token named '" + options.name + "'");
    return 0;
}

}  // namespace

int token(const token_options& options) {
    std::filesystem::create_directories(options.state);
    store::sqlite_store store(options.state / "store.db");
    auto& tokens = store.tokens();
    switch (options.what) {
        case token_options::action::add:
            return add(options, tokens);
        case token_options::action::ls:
            return ls(options, tokens);
        case token_options::action::revoke:
            return revoke(options, tokens);
    }
    return 2;
}

}  // namespace callstream::cli
