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
              "INSERT INTO searches (key, body, kept_s) VALUES (?1, ?2, ?3) "
              "ON CONFLICT (key) DO UPDATE SET kept_s = ?3"
        )
            .bind(1, key)
            .bind(2, body)
            .bind(3, now_s)
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
