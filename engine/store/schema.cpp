#include "engine/store/schema.hpp"

#include <array>
#include <string>

namespace callstream::store {
namespace {

/// One per version of the schema, in order; what was released is never changed.
constexpr std::array<const char*, 5> migrations = {
    R"(CREATE TABLE searches (
           key TEXT PRIMARY KEY,
           body TEXT NOT NULL,
           kept_s INTEGER NOT NULL
       ) STRICT, WITHOUT ROWID;
       CREATE INDEX searches_by_age ON searches (kept_s);)",

    R"(CREATE TABLE lists (
           number INTEGER PRIMARY KEY,
           id TEXT NOT NULL UNIQUE,
           name TEXT NOT NULL,
           type TEXT NOT NULL,
           description TEXT,
           source TEXT,
           owner_name TEXT,
           owner_id TEXT,
           crop TEXT,
           program_id TEXT,
           additional_info TEXT,
           created_s INTEGER NOT NULL,
           modified_s INTEGER NOT NULL,
           size INTEGER NOT NULL,
           items_version INTEGER NOT NULL
       ) STRICT;
       CREATE INDEX lists_by_name ON lists (name);
       CREATE TABLE list_references (
           list INTEGER NOT NULL REFERENCES lists (number) ON DELETE CASCADE,
           position INTEGER NOT NULL,
           id TEXT NOT NULL,
           source TEXT NOT NULL,
           PRIMARY KEY (list, position)
       ) STRICT, WITHOUT ROWID;
       CREATE TABLE list_items (
           list INTEGER NOT NULL REFERENCES lists (number) ON DELETE CASCADE,
           position INTEGER NOT NULL,
           item TEXT NOT NULL,
           PRIMARY KEY (list, position)
       ) STRICT, WITHOUT ROWID;)",

    R"(CREATE TABLE tokens (
           name TEXT PRIMARY KEY,
           digest TEXT NOT NULL UNIQUE,
           scope TEXT NOT NULL,
           data_sets TEXT,
           created_s INTEGER NOT NULL,
           expires_s INTEGER,
           revoked_s INTEGER
       ) STRICT, WITHOUT ROWID;)",

    R"(CREATE TABLE submissions (
           number INTEGER PRIMARY KEY,
           id TEXT NOT NULL UNIQUE,
           client_id TEXT NOT NULL,
           sample_type TEXT NOT NULL,
           samples INTEGER NOT NULL
       ) STRICT;
       CREATE TABLE plates (
           submission INTEGER NOT NULL REFERENCES submissions (number) ON DELETE CASCADE,
           position INTEGER NOT NULL,
           body TEXT NOT NULL,
           PRIMARY KEY (submission, position)
       ) STRICT, WITHOUT ROWID;
       CREATE TABLE orders (
           number INTEGER PRIMARY KEY,
           id TEXT NOT NULL UNIQUE,
           submission INTEGER NOT NULL REFERENCES submissions (number),
           service_ids TEXT NOT NULL,
           required_service_info TEXT NOT NULL,
           status TEXT NOT NULL,
           created_s INTEGER NOT NULL,
           modified_s INTEGER NOT NULL
       ) STRICT;
       CREATE INDEX orders_by_submission ON orders (submission);
       CREATE TABLE result_files (
           number INTEGER PRIMARY KEY,
           "order" INTEGER NOT NULL REFERENCES orders (number),
           name TEXT NOT NULL,
           type TEXT NOT NULL,
           md5 TEXT NOT NULL,
           bytes INTEGER NOT NULL,
           sample_ids TEXT NOT NULL,
           UNIQUE ("order", name)
       ) STRICT;)",

    R"(ALTER TABLE searches ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
       UPDATE searches SET bytes = length(CAST(body AS BLOB));)",
};

std::size_t version_of(database& db) {
    auto version = db.prepare("PRAGMA user_version");
    version.step();
    return static_cast<std::size_t>(version.number(0));
}

}  // namespace

void migrate(database& db) {
    if (version_of(db) == migrations.size()) return;  // without waiting for whoever writes
    transaction changes(db);
    const auto found = version_of(db);
    if (found > migrations.size()) {
        throw store_error(0, "the side store was made by a newer callstream");
    }
    for (std::size_t v = found; v < migrations.size(); ++v) db.execute(migrations[v]);
    db.execute(("PRAGMA user_version=" + std::to_string(migrations.size())).c_str());
    changes.commit();
}

bool is_store(database& db) {
    auto table =
        db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'searches'");
    const auto version = version_of(db);
    return version > 0 && version <= migrations.size() && table.step();
}

}  // namespace callstream::store
