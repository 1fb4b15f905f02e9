#include "engine/store/sqlite_store.hpp"

#include "engine/store/schema.hpp"

namespace callstream::store {
namespace {

constexpr std::int64_t lifetime_s =
    std::chrono::duration_cast<std::chrono::seconds>(search_store::lifetime).count();

}  // namespace

sqlite_store::sqlite_store(const std::filesystem::path& path) : all_(path, &migrate) {}

result<void> sqlite_searches::keep(
    std::string_view key, std::string_view body, std::int64_t now_s
) {
    return all_.write([&](database& db) -> result<void> {
        db.prepare("DELETE FROM searches WHERE kept_s < ?1").bind(1, now_s - lifetime_s).run();
        db.prepare(
              "INSERT INTO searches (key, body, kept_s, bytes) VALUES (?1, ?2, ?3, ?4) "
              "ON CONFLICT (key) DO UPDATE SET kept_s = ?3"
        )
            .bind(1, key)
            .bind(2, body)
            .bind(3, now_s)
            .bind(4, static_cast<std::int64_t>(body.size()))
            .run();
        db.prepare(
              "DELETE FROM searches WHERE key IN (SELECT key FROM (SELECT key, sum(bytes) OVER "
              "(ORDER BY kept_s DESC, key = ?1 DESC, key) AS so_far FROM searches) "
              "WHERE so_far > ?2)"
        )
            .bind(1, key)
            .bind(2, bytes_max)
            .run();
        return {};
    });
}

result<std::optional<std::string>> sqlite_searches::find(std::string_view key, std::int64_t now_s) {
    return all_.read([&](database& db) -> result<std::optional<std::string>> {
        auto found = db.prepare("SELECT body FROM searches WHERE key = ?1 AND kept_s >= ?2");
        found.bind(1, key).bind(2, now_s - lifetime_s);
        if (!found.step()) return std::optional<std::string>{};
        return std::optional<std::string>(found.text(0));
    });
}

}  // namespace callstream::store
