#include "engine/store/schema.hpp"

#include <array>
#include <string>

namespace callstream::store {
namespace {

/// One per version of the schema, in order; what was released is never changed.
constexpr std::array<const char*, 8> migrations = {
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

    // Google Genomics v1. The length of an annotation is at most 2 to the power of `level`, so
    // those that reach into a region from the left begin at most so far before it.
    R"(CREATE TABLE annotation_sets (
           number INTEGER PRIMARY KEY AUTOINCREMENT,
           id TEXT NOT NULL UNIQUE,
           data_set TEXT NOT NULL,
           reference_set TEXT NOT NULL,
           name TEXT NOT NULL,
           source_uri TEXT NOT NULL,
           type TEXT NOT NULL,
           info TEXT NOT NULL
       ) STRICT;
       CREATE INDEX annotation_sets_by_data_set ON annotation_sets (data_set, number);
       CREATE TABLE annotation_references (
           annotation_set INTEGER NOT NULL REFERENCES annotation_sets (number) ON DELETE CASCADE,
           rank INTEGER NOT NULL,
           id TEXT NOT NULL,
           name TEXT NOT NULL,
           PRIMARY KEY (annotation_set, rank),
           UNIQUE (annotation_set, name)
       ) STRICT, WITHOUT ROWID;
       CREATE TABLE annotations (
           number INTEGER PRIMARY KEY AUTOINCREMENT,
           annotation_set INTEGER NOT NULL REFERENCES annotation_sets (number) ON DELETE CASCADE,
           reference INTEGER NOT NULL,
           start INTEGER NOT NULL,
           "end" INTEGER NOT NULL,
           level INTEGER NOT NULL,
           name TEXT NOT NULL,
           reverse_strand INTEGER NOT NULL,
           details TEXT,
           info TEXT NOT NULL
       ) STRICT;
       CREATE INDEX annotations_by_place
           ON annotations (annotation_set, reference, level, start, number, "end");
       CREATE TABLE annotation_batches (
           request_id TEXT PRIMARY KEY,
           annotation_set INTEGER NOT NULL REFERENCES annotation_sets (number) ON DELETE CASCADE,
           body_hash TEXT NOT NULL,
           answer TEXT NOT NULL,
           created_s INTEGER NOT NULL
       ) STRICT, WITHOUT ROWID;
       CREATE INDEX annotation_batches_by_age ON annotation_batches (created_s);
       CREATE TABLE created_data_sets (
           number INTEGER PRIMARY KEY AUTOINCREMENT,
           id TEXT NOT NULL UNIQUE,
           name TEXT NOT NULL,
           project TEXT NOT NULL,
           created_s INTEGER NOT NULL
       ) STRICT;
       CREATE TABLE created_call_sets (
           number INTEGER PRIMARY KEY AUTOINCREMENT,
           id TEXT NOT NULL UNIQUE,
           variant_set TEXT NOT NULL,
           name TEXT NOT NULL,
           sample_id TEXT NOT NULL,
           info TEXT NOT NULL,
           created_ms INTEGER NOT NULL
       ) STRICT;
       CREATE TABLE overlays (
           kind TEXT NOT NULL,
           id TEXT NOT NULL,
           name TEXT,
           reference_set TEXT,
           hidden_s INTEGER,
           PRIMARY KEY (kind, id)
       ) STRICT, WITHOUT ROWID;
       CREATE TABLE overlay_generations (
           variant_set TEXT PRIMARY KEY,
           generation INTEGER NOT NULL
       ) STRICT, WITHOUT ROWID;
       CREATE TABLE operations (
           number INTEGER PRIMARY KEY AUTOINCREMENT,
           id TEXT NOT NULL UNIQUE,
           project TEXT NOT NULL,
           kind TEXT NOT NULL,
           request TEXT NOT NULL,
           state TEXT NOT NULL,
           created_s INTEGER NOT NULL,
           started_s INTEGER,
           ended_s INTEGER,
           error_code INTEGER NOT NULL DEFAULT 0,
           error TEXT NOT NULL DEFAULT ''
       ) STRICT;)",

    // What clients wrote of BrAPI's entities. Servers keep it in memory and ask for what changed.
    R"(CREATE TABLE entities (
           number INTEGER PRIMARY KEY AUTOINCREMENT,
           kind TEXT NOT NULL,
           id TEXT NOT NULL,
           body TEXT NOT NULL,
           made INTEGER NOT NULL,
           version INTEGER NOT NULL,
           UNIQUE (kind, id)
       ) STRICT;
       CREATE INDEX entities_by_version ON entities (version);
       CREATE TABLE entity_state (
           one INTEGER PRIMARY KEY CHECK (one = 1),
           epoch INTEGER NOT NULL,
           version INTEGER NOT NULL,
           bytes INTEGER NOT NULL
       ) STRICT;
       INSERT INTO entity_state VALUES (1, random(), 0, 0);)",

    // Variant sets can be described, and created before their files come; what an operation gave.
    R"(ALTER TABLE overlays ADD COLUMN description TEXT;
       ALTER TABLE overlays ADD COLUMN metadata TEXT;
       CREATE TABLE created_variant_sets (
           number INTEGER PRIMARY KEY AUTOINCREMENT,
           id TEXT NOT NULL UNIQUE,
           data_set TEXT NOT NULL
       ) STRICT;
       ALTER TABLE operations ADD COLUMN response TEXT NOT NULL DEFAULT '';)",
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
