#include "engine/store/sqlite_store.hpp"

namespace callstream::store {
namespace {

void raise_generation(database& db, std::string_view variant_set) {
    db.prepare(
          "INSERT INTO overlay_generations (variant_set, generation) VALUES (?1, 1) "
          "ON CONFLICT (variant_set) DO UPDATE SET generation = generation + 1"
    )
        .bind(1, variant_set)
        .run();
}

/// The variant set of a created call set, whose generation is raised.
void raise_generation_of(database& db, std::string_view call_set) {
    auto row = db.prepare("SELECT variant_set FROM created_call_sets WHERE id = ?1");
    if (row.bind(1, call_set).step()) raise_generation(db, row.text(0));
}

/// What `change` has; the rest stays.
void note(database& db, const kept_change& change) {
    auto row = db.prepare(
        "INSERT INTO overlays (kind, id, name, reference_set, hidden_s, description, metadata) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (kind, id) DO UPDATE SET "
        "name = coalesce(?3, name), reference_set = coalesce(?4, reference_set), "
        "hidden_s = coalesce(?5, hidden_s), description = coalesce(?6, description), "
        "metadata = coalesce(?7, metadata)"
    );
    row.bind(1, change.kind).bind(2, change.id);
    row.bind_or_null(3, change.name).bind_or_null(4, change.reference_set);
    row.bind_or_null(5, change.hidden_s).bind_or_null(6, change.description);
    row.bind_or_null(7, change.metadata).run();
}

}  // namespace

result<kept_overlays> sqlite_overlays::all() {
    return all_.read([](database& db) -> result<kept_overlays> {
        kept_overlays out;
        auto change = db.prepare(
            "SELECT kind, id, name, reference_set, hidden_s, description, metadata FROM overlays"
        );
        while (change.step()) {
            out.changes.push_back(
                {change.text(0),
                 change.text(1),
                 change.text_or_null(2),
                 change.text_or_null(3),
                 change.number_or_null(4),
                 change.text_or_null(5),
                 change.text_or_null(6)}
            );
        }
        auto set =
            db.prepare("SELECT id, name, project, created_s FROM created_data_sets ORDER BY number"
            );
        while (set.step())
            out.data_sets.push_back({set.text(0), set.text(1), set.text(2), set.number(3)});
        auto call_set = db.prepare(
            "SELECT id, variant_set, name, sample_id, info, created_ms FROM created_call_sets "
            "ORDER BY number"
        );
        while (call_set.step()) {
            out.call_sets.push_back(
                {call_set.text(0),
                 call_set.text(1),
                 call_set.text(2),
                 call_set.text(3),
                 call_set.text(4),
                 call_set.number(5)}
            );
        }
        auto variant_set =
            db.prepare("SELECT id, data_set FROM created_variant_sets ORDER BY number");
        while (variant_set.step())
            out.variant_sets.push_back({variant_set.text(0), variant_set.text(1)});
        auto generation = db.prepare("SELECT variant_set, generation FROM overlay_generations");
        while (generation.step())
            out.generations.push_back({generation.text(0), generation.number(1)});
        return out;
    });
}

result<void> sqlite_overlays::create(const kept_data_set& created) {
    return all_.write([&](database& db) -> result<void> {
        db.prepare(
              "INSERT INTO created_data_sets (id, name, project, created_s) "
              "VALUES (?1, ?2, ?3, ?4)"
        )
            .bind(1, created.id)
            .bind(2, created.name)
            .bind(3, created.project)
            .bind(4, created.created_s)
            .run();
        return {};
    });
}

result<void> sqlite_overlays::create(const kept_call_set& created) {
    return all_.write([&](database& db) -> result<void> {
        db.prepare(
              "INSERT INTO created_call_sets (id, variant_set, name, sample_id, info, created_ms) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        )
            .bind(1, created.id)
            .bind(2, created.variant_set)
            .bind(3, created.name)
            .bind(4, created.sample_id)
            .bind(5, created.info)
            .bind(6, created.created_ms)
            .run();
        raise_generation(db, created.variant_set);
        return {};
    });
}

result<void> sqlite_overlays::create(const kept_variant_set& created, const kept_change& says) {
    return all_.write([&](database& db) -> result<void> {
        db.prepare("INSERT INTO created_variant_sets (id, data_set) VALUES (?1, ?2)")
            .bind(1, created.id)
            .bind(2, created.data_set)
            .run();
        note(db, says);
        return {};
    });
}

result<void> sqlite_overlays::change(const kept_change& change, std::string_view variant_set) {
    return all_.write([&](database& db) -> result<void> {
        note(db, change);
        if (!variant_set.empty()) raise_generation(db, variant_set);
        return {};
    });
}

result<void> sqlite_overlays::show(std::string_view kind, std::string_view id) {
    return all_.write([&](database& db) -> result<void> {
        db.prepare("UPDATE overlays SET hidden_s = NULL WHERE kind = ?1 AND id = ?2")
            .bind(1, kind)
            .bind(2, id)
            .run();
        return {};
    });
}

result<bool> sqlite_overlays::rename_call_set(std::string_view id, std::string_view name) {
    return all_.write([&](database& db) -> result<bool> {
        db.prepare("UPDATE created_call_sets SET name = ?2 WHERE id = ?1")
            .bind(1, id)
            .bind(2, name)
            .run();
        const bool changed = db.changed_rows() == 1;
        raise_generation_of(db, id);
        return changed;
    });
}

result<bool> sqlite_overlays::remove_call_set(std::string_view id) {
    return all_.write([&](database& db) -> result<bool> {
        raise_generation_of(db, id);
        db.prepare("DELETE FROM created_call_sets WHERE id = ?1").bind(1, id).run();
        return db.changed_rows() == 1;
    });
}

result<void> sqlite_overlays::purge_data_sets(std::int64_t before_s) {
    return all_.write([&](database& db) -> result<void> {
        auto gone = db.prepare(
            "SELECT d.id FROM created_data_sets d JOIN overlays o ON o.kind = 'dataset' "
            "AND o.id = d.id WHERE o.hidden_s <= ?1"
        );
        gone.bind(1, before_s);
        std::vector<std::string> ids;
        while (gone.step()) ids.push_back(gone.text(0));
        for (const char* from :
             {"DELETE FROM annotation_sets WHERE data_set = ?1",
              "DELETE FROM created_variant_sets WHERE data_set = ?1",
              "DELETE FROM created_data_sets WHERE id = ?1",
              "DELETE FROM overlays WHERE kind = 'dataset' AND id = ?1 AND NOT EXISTS (SELECT 1 "
              "FROM operations WHERE kind LIKE 'import %' AND instr(request, ?1) > 0)"}) {
            auto remove = db.prepare(from);
            for (const auto& id : ids) remove.bind(1, id).run();
        }
        return {};
    });
}

}  // namespace callstream::store
