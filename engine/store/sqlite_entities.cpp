#include "engine/store/sqlite_store.hpp"

namespace callstream::store {
namespace {

/// Counts when a change has ended, also one that failed: whether it reached the disk is not known
/// then. Not earlier, or somebody would read what was there before and take it for the new state.
class counted_change {
 public:
    explicit counted_change(std::atomic<std::uint64_t>& count) : count_(count) {}
    counted_change(const counted_change&) = delete;
    counted_change& operator=(const counted_change&) = delete;
    ~counted_change() { ++count_; }

 private:
    std::atomic<std::uint64_t>& count_;
};

struct entity_state {
    entity_version version;
    std::int64_t bytes = 0;
};

entity_state state_of(database& db) {
    auto row = db.prepare("SELECT epoch, version, bytes FROM entity_state");
    row.step();
    return {{row.number(0), row.number(1)}, row.number(2)};
}

/// Of the current row of a query for kind, id, body, made, number.
kept_entity entity_of(const statement& row) {
    return {row.text(0), row.text(1), row.text(2), row.number(3) != 0, row.number(4)};
}

class sqlite_entity_editor : public entity_editor {
 public:
    explicit sqlite_entity_editor(database& db)
        : before_(state_of(db)),
          db_(db),
          find_(db.prepare(
              "SELECT kind, id, body, made, number FROM entities WHERE kind = ?1 AND id = ?2"
          )),
          put_(db.prepare(
              "INSERT INTO entities (kind, id, body, made, version) VALUES (?1, ?2, ?3, ?4, ?5) "
              "ON CONFLICT (kind, id) DO UPDATE SET body = ?3, version = ?5"
          )) {}

    std::optional<kept_entity> find(std::string_view kind, std::string_view id) override {
        find_.reset();
        find_.bind(1, kind).bind(2, id);
        std::optional<kept_entity> found;
        if (find_.step()) found = entity_of(find_);
        find_.reset();
        return found;
    }

    void put(const kept_entity& entity) override {
        const auto before = find(entity.kind, entity.id);
        more_bytes_ += static_cast<std::int64_t>(entity.body.size());
        more_bytes_ -= static_cast<std::int64_t>(before ? before->body.size() : 0);
        if (!before) more_bytes_ += static_cast<std::int64_t>(entity.id.size());
        put_.bind(1, entity.kind).bind(2, entity.id).bind(3, entity.body);
        put_.bind(4, std::int64_t{entity.made}).bind(5, before_.version.number + 1).run();
        changed_ = true;
    }

    /// Before the change ends.
    result<void> finish() {
        if (!changed_) return {};
        const auto bytes = before_.bytes + more_bytes_;
        if (more_bytes_ > 0 && bytes > entity_store::bytes_max) {
            return error{
                errc::storage_full,
                "what clients wrote of entities may have 512 MiB in all; nothing was changed"};
        }
        db_.prepare("UPDATE entity_state SET version = version + 1, bytes = ?1")
            .bind(1, bytes)
            .run();
        return {};
    }

 private:
    entity_state before_;
    database& db_;
    statement find_;
    statement put_;
    std::int64_t more_bytes_ = 0;
    bool changed_ = false;
};

}  // namespace

result<void> sqlite_entities::change(const std::function<result<void>(entity_editor&)>& edit) {
    const counted_change counted(changes_);
    return all_.write([&](database& db) -> result<void> {
        sqlite_entity_editor editor(db);
        if (auto done = edit(editor); !done) return done;
        return editor.finish();
    });
}

result<entity_version> sqlite_entities::version() {
    return all_.read([](database& db) -> result<entity_version> { return state_of(db).version; });
}

result<entity_changes> sqlite_entities::since(const entity_version& known) {
    return all_.read([&](database& db) -> result<entity_changes> {
        entity_changes out;
        out.version = state_of(db).version;
        out.all = known.epoch != out.version.epoch;
        auto rows = db.prepare(
            "SELECT kind, id, body, made, number FROM entities WHERE version > ?1 ORDER BY number"
        );
        rows.bind(1, out.all ? 0 : known.number);
        while (rows.step()) out.entities.push_back(entity_of(rows));
        return out;
    });
}

}  // namespace callstream::store
