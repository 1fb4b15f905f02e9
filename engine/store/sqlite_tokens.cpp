#include "engine/store/json_texts.hpp"
#include "engine/store/sqlite_store.hpp"

namespace callstream::store {
namespace {

std::optional<std::string> optional_json(const std::optional<std::vector<std::string>>& texts) {
    return texts ? std::optional(json_of(*texts)) : std::nullopt;
}

std::optional<std::vector<std::string>> optional_texts(const std::optional<std::string>& json) {
    return json ? std::optional(texts_of(*json)) : std::nullopt;
}

std::vector<kept_token> all_of(database& db) {
    auto rows = db.prepare(
        "SELECT name, digest, scope, data_sets, created_s, expires_s, revoked_s FROM tokens "
        "ORDER BY name"
    );
    std::vector<kept_token> out;
    while (rows.step()) {
        out.push_back(
            {rows.text(0),
             rows.text(1),
             rows.text(2),
             optional_texts(rows.text_or_null(3)),
             rows.number(4),
             rows.number_or_null(5),
             rows.number_or_null(6)}
        );
    }
    return out;
}

}  // namespace

result<void> sqlite_tokens::add(const kept_token& token) {
    return all_.write([&](database& db) -> result<void> {
        db.prepare("DELETE FROM tokens WHERE name = ?1 AND revoked_s IS NOT NULL")
            .bind(1, token.name)
            .run();
        auto other = db.prepare("SELECT 1 FROM tokens WHERE name = ?1");
        if (other.bind(1, token.name).step()) {
            return error{errc::bad_request, "there is a token of this name; revoke it first"};
        }
        db.prepare(
              "INSERT INTO tokens (name, digest, scope, data_sets, created_s, expires_s) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        )
            .bind(1, token.name)
            .bind(2, token.digest)
            .bind(3, token.scope)
            .bind_or_null(4, optional_json(token.data_sets))
            .bind(5, token.created_s)
            .bind_or_null(6, token.expires_s)
            .run();
        return {};
    });
}

result<std::vector<kept_token>> sqlite_tokens::all() {
    return all_.read([](database& db) -> result<std::vector<kept_token>> { return all_of(db); });
}

result<void> sqlite_tokens::assign(const editor& edit) {
    return all_.write([&](database& db) -> result<void> {
        auto tokens = all_of(db);
        if (auto done = edit(tokens); !done) return done.error();
        auto row = db.prepare("UPDATE tokens SET data_sets = ?2 WHERE name = ?1");
        for (const auto& token : tokens)
            row.bind(1, token.name).bind_or_null(2, optional_json(token.data_sets)).run();
        return {};
    });
}

result<bool> sqlite_tokens::revoke(std::string_view name, std::int64_t now_s) {
    return all_.write([&](database& db) -> result<bool> {
        auto token = db.prepare("SELECT 1 FROM tokens WHERE name = ?1 AND revoked_s IS NULL");
        if (!token.bind(1, name).step()) return false;
        token.reset();
        db.prepare("UPDATE tokens SET revoked_s = ?2 WHERE name = ?1")
            .bind(1, name)
            .bind(2, now_s)
            .run();
        return true;
    });
}

}  // namespace callstream::store
