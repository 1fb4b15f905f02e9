#include "engine/store/json_texts.hpp"
#include "engine/store/sqlite_store.hpp"

namespace callstream::store {
namespace {

constexpr const char* columns =
    "number, id, name, type, description, source, owner_name, owner_id, crop, program_id, "
    "additional_info, created_s, modified_s, size, items_version";

/// Of the current row of a query for `columns`; without the references.
kept_list list_of(const statement& row) {
    kept_list list;
    list.number = row.number(0);
    list.id = row.text(1);
    auto& facts = list.facts;
    facts.name = row.text(2);
    facts.type = row.text(3);
    facts.description = row.text_or_null(4);
    facts.source = row.text_or_null(5);
    facts.owner_name = row.text_or_null(6);
    facts.owner_id = row.text_or_null(7);
    facts.crop = row.text_or_null(8);
    facts.program_id = row.text_or_null(9);
    facts.additional_info = row.text_or_null(10);
    list.created_s = row.number(11);
    list.modified_s = row.number(12);
    list.size = row.number(13);
    list.items_version = row.number(14);
    return list;
}

void read_references(database& db, kept_list& list) {
    auto rows =
        db.prepare("SELECT id, source FROM list_references WHERE list = ?1 ORDER BY position");
    rows.bind(1, list.number);
    while (rows.step()) list.facts.references.push_back({rows.text(0), rows.text(1)});
}

std::optional<kept_list> find_in(database& db, std::string_view id) {
    auto found = db.prepare(std::string("SELECT ") + columns + " FROM lists WHERE id = ?1");
    found.bind(1, id);
    if (!found.step()) return std::nullopt;
    kept_list list = list_of(found);
    read_references(db, list);
    return list;
}

class sqlite_list_editor : public list_editor {
 public:
    sqlite_list_editor(database& db, std::int64_t now_s)
        : db_(db),
          now_s_(now_s),
          add_(db.prepare("INSERT INTO list_items (list, position, item) VALUES (?1, ?2, ?3)")) {}

    std::int64_t create(std::string_view id) override {
        db_.prepare(
               "INSERT INTO lists (id, name, type, created_s, modified_s, size, items_version) "
               "VALUES (?1, '', '', ?2, ?2, 0, 0)"
        )
            .bind(1, id)
            .bind(2, now_s_)
            .run();
        turn_to(db_.last_row(), 0);
        return list_;
    }

    std::optional<kept_list> find(std::string_view id) override { return find_in(db_, id); }

    void describe(std::int64_t list, const list_facts& facts) override {
        db_.prepare(
               "UPDATE lists SET name = ?2, type = ?3, description = ?4, source = ?5, "
               "owner_name = ?6, owner_id = ?7, crop = ?8, program_id = ?9, additional_info = ?10, "
               "modified_s = ?11 WHERE number = ?1"
        )
            .bind(1, list)
            .bind(2, facts.name)
            .bind(3, facts.type)
            .bind_or_null(4, facts.description)
            .bind_or_null(5, facts.source)
            .bind_or_null(6, facts.owner_name)
            .bind_or_null(7, facts.owner_id)
            .bind_or_null(8, facts.crop)
            .bind_or_null(9, facts.program_id)
            .bind_or_null(10, facts.additional_info)
            .bind(11, now_s_)
            .run();
        db_.prepare("DELETE FROM list_references WHERE list = ?1").bind(1, list).run();
        auto add = db_.prepare("INSERT INTO list_references VALUES (?1, ?2, ?3, ?4)");
        std::int64_t position = 0;
        for (const auto& reference : facts.references) {
            add.bind(1, list).bind(2, position++).bind(3, reference.id).bind(4, reference.source);
            add.run();
        }
    }

    void clear_items(std::int64_t list) override {
        keep_size();
        db_.prepare("DELETE FROM list_items WHERE list = ?1").bind(1, list).run();
        db_.prepare("UPDATE lists SET items_version = items_version + 1 WHERE number = ?1")
            .bind(1, list)
            .run();
        turn_to(list, 0);
    }

    void add_item(std::int64_t list, std::string_view item) override {
        if (list != list_) {
            keep_size();
            auto size = db_.prepare("SELECT size FROM lists WHERE number = ?1");
            size.bind(1, list);
            turn_to(list, size.step() ? size.number(0) : 0);
        }
        add_.bind(1, list).bind(2, size_++).bind(3, item).run();
    }

    /// Before the change ends.
    void finish() { keep_size(); }

 private:
    void turn_to(std::int64_t list, std::int64_t size) {
        keep_size();
        list_ = list;
        size_ = size;
    }
    void keep_size() {
        if (list_ < 0) return;
        db_.prepare("UPDATE lists SET size = ?2, modified_s = ?3 WHERE number = ?1")
            .bind(1, list_)
            .bind(2, size_)
            .bind(3, now_s_)
            .run();
        list_ = -1;
    }

    database& db_;
    std::int64_t now_s_;
    statement add_;
    std::int64_t list_ = -1;  // whose items are being added
    std::int64_t size_ = 0;
};

/// What one call reads: items may be long.
constexpr std::size_t item_bytes_at_once = 128 * 1024;

/// The texts as one parameter, which `json_each` takes apart; nothing when any text will do.
std::optional<std::string> any_of(const list_query::texts& texts) {
    if (texts.empty()) return std::nullopt;
    return json_of(texts);
}

/// `column` is one of ours.
std::string one_of(const std::string& column, int parameter) {
    const auto p = "?" + std::to_string(parameter);
    return "(" + p + " IS NULL OR " + column + " IN (SELECT value FROM json_each(" + p + ")))";
}

std::string within(const std::string& column, int low, int high) {
    const auto l = "?" + std::to_string(low);
    const auto h = "?" + std::to_string(high);
    return "(" + l + " IS NULL OR " + column + " * 1000 >= " + l + ") AND (" + h + " IS NULL OR " +
           column + " * 1000 <= " + h + ")";
}

std::string condition() {
    return one_of("id", 1) + " AND " + one_of("name", 2) + " AND " + one_of("type", 3) + " AND " +
           one_of("source", 4) + " AND " + one_of("owner_name", 5) + " AND " +
           one_of("owner_id", 6) + " AND " + one_of("crop", 7) + " AND " + one_of("program_id", 8) +
           " AND " +
           "((?9 IS NULL AND ?10 IS NULL) OR EXISTS (SELECT 1 FROM list_references r "
           "WHERE r.list = number AND " +
           one_of("r.id", 9) + " AND " + one_of("r.source", 10) + ")) AND " +
           within("created_s", 11, 12) + " AND " + within("modified_s", 13, 14);
}

void bind_query(statement& s, const list_query& q) {
    int parameter = 0;
    for (const auto* texts :
         {&q.ids,
          &q.names,
          &q.types,
          &q.sources,
          &q.owner_names,
          &q.owner_ids,
          &q.crops,
          &q.program_ids,
          &q.reference_ids,
          &q.reference_sources}) {
        s.bind_or_null(++parameter, any_of(*texts));
    }
    for (const auto limit :
         {q.created_min_ms, q.created_max_ms, q.modified_min_ms, q.modified_max_ms}) {
        s.bind_or_null(++parameter, limit);
    }
}

}  // namespace

result<void> sqlite_lists::change(
    std::int64_t now_s, const std::function<result<void>(list_editor&)>& edit
) {
    return all_.write([&](database& db) -> result<void> {
        sqlite_list_editor editor(db, now_s);
        auto done = edit(editor);
        if (done) editor.finish();
        return done;
    });
}

result<std::optional<kept_list>> sqlite_lists::find(std::string_view id) {
    return all_.read([&](database& db) -> result<std::optional<kept_list>> {
        return find_in(db, id);
    });
}

result<list_selection> sqlite_lists::select(
    const list_query& wanted, std::uint64_t first, std::uint64_t count
) {
    return all_.read([&](database& db) -> result<list_selection> {
        list_selection out;
        auto total = db.prepare("SELECT count(*) FROM lists WHERE " + condition());
        bind_query(total, wanted);
        total.step();
        out.total = static_cast<std::uint64_t>(total.number(0));
        auto rows = db.prepare(
            std::string("SELECT ") + columns + " FROM lists WHERE " + condition() +
            " ORDER BY number LIMIT ?15 OFFSET ?16"
        );
        bind_query(rows, wanted);
        rows.bind(15, sql_number(count)).bind(16, sql_number(first));
        while (rows.step()) {
            out.page.push_back(list_of(rows));
            read_references(db, out.page.back());
        }
        return out;
    });
}

result<std::vector<std::string>> sqlite_lists::items(
    const kept_list& list, std::uint64_t first, std::uint64_t count
) {
    return all_.read([&](database& db) -> result<std::vector<std::string>> {
        auto version = db.prepare("SELECT 1 FROM lists WHERE number = ?1 AND items_version = ?2");
        version.bind(1, list.number).bind(2, list.items_version);
        if (!version.step()) {
            return error{errc::file_replaced, "the items of the list were replaced meanwhile"};
        }
        auto rows = db.prepare(
            "SELECT item FROM list_items WHERE list = ?1 AND position >= ?2 ORDER BY position "
            "LIMIT ?3"
        );
        rows.bind(1, list.number).bind(2, sql_number(first)).bind(3, sql_number(count));
        std::vector<std::string> out;
        std::size_t bytes = 0;
        while (bytes < item_bytes_at_once && rows.step()) {
            out.push_back(rows.text(0));
            bytes += out.back().size();
        }
        return out;
    });
}

}  // namespace callstream::store
