#include "engine/store/side_store.hpp"

#include <array>

namespace callstream::store {
namespace {

/// One per version of the schema, in order; what was released is never changed.
constexpr std::array<const char*, 1> migrations = {
    R"(CREATE TABLE searches (
           key TEXT PRIMARY KEY,
           body TEXT NOT NULL,
           kept_s INTEGER NOT NULL
       ) STRICT, WITHOUT ROWID;
       CREATE INDEX searches_by_age ON searches (kept_s);)",
};

constexpr std::int64_t lifetime_s =
    std::chrono::duration_cast<std::chrono::seconds>(side_store::search_lifetime).count();

error not_now(const store_error& e) {
    if (!e.may_pass()) throw e;
    return {errc::unavailable, "the side store cannot be used right now"};
}

}  // namespace

side_store::side_store(const std::filesystem::path& path) : db_(path) {
    migrate();
}

void side_store::migrate() {
    transaction changes(db_);
    auto version = db_.prepare("PRAGMA user_version");
    version.step();
    const auto found = static_cast<std::size_t>(version.number(0));
    version.reset();
    if (found > migrations.size()) {
        throw store_error(0, "the side store was made by a newer callstream");
    }
    for (std::size_t v = found; v < migrations.size(); ++v) db_.execute(migrations[v]);
    db_.execute(("PRAGMA user_version=" + std::to_string(migrations.size())).c_str());
    changes.commit();
}

result<void> side_store::keep_search(
    std::string_view key, std::string_view body, std::int64_t now_s
) {
    const std::lock_guard lock(mutex_);
    try {
        transaction changes(db_);
        db_.prepare("DELETE FROM searches WHERE kept_s < ?1").bind(1, now_s - lifetime_s).run();
        db_.prepare(
               "INSERT INTO searches (key, body, kept_s) VALUES (?1, ?2, ?3) "
               "ON CONFLICT (key) DO UPDATE SET kept_s = ?3"
        )
            .bind(1, key)
            .bind(2, body)
            .bind(3, now_s)
            .run();
        changes.commit();
        return {};
    } catch (const store_error& e) {
        return not_now(e);
    }
}

result<std::optional<std::string>> side_store::find_search(
    std::string_view key, std::int64_t now_s
) {
    const std::lock_guard lock(mutex_);
    try {
        auto found = db_.prepare("SELECT body FROM searches WHERE key = ?1 AND kept_s >= ?2");
        found.bind(1, key).bind(2, now_s - lifetime_s);
        if (!found.step()) return std::optional<std::string>{};
        return std::optional<std::string>(found.text(0));
    } catch (const store_error& e) {
        return not_now(e);
    }
}

}  // namespace callstream::store
