#include "engine/store/maintenance.hpp"

#include "engine/core/file.hpp"
#include "engine/store/connections.hpp"
#include "engine/store/schema.hpp"

namespace callstream::store {
namespace {

bool is_file(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored);
}

std::int64_t number_of(database& db, std::string_view sql) {
    auto row = db.prepare(sql);
    return row.step() ? row.number(0) : 0;
}

/// None where an older store has no such table.
std::int64_t rows_of(database& db, const std::string& table) {
    auto known = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1");
    if (!known.bind(1, table).step()) return 0;
    return number_of(db, "SELECT count(*) FROM " + table);
}

void read_problems(database& db, std::vector<std::string>& into) {
    auto integrity = db.prepare("PRAGMA integrity_check(20)");
    while (integrity.step()) {
        if (auto line = integrity.text(0); line != "ok") into.push_back(std::move(line));
    }
    auto links = db.prepare("PRAGMA foreign_key_check");
    while (links.step()) into.push_back("a row of " + links.text(0) + " belongs to nothing");
}

void put_in_place(database& backup, const std::filesystem::path& store) {
    database to(store);
    to.copy_from(backup);
    to.execute("PRAGMA journal_mode=WAL");
    migrate(to);
    to.execute("UPDATE entity_state SET epoch = random()");  // what servers remember is void
}

/// Out of the way of a new one.
void move_aside(const std::filesystem::path& store) {
    for (const char* part : {"", "-wal", "-shm"}) {
        const auto old = store.string() + part;
        if (is_file(old)) std::filesystem::rename(old, old + ".damaged");
    }
}

template <class Work>
auto guarded(Work work) -> decltype(work()) {
    try {
        return work();
    } catch (const store_error& e) {
        return trouble(e);
    }
}

}  // namespace

result<store_report> check_store(const std::filesystem::path& store) {
    if (!is_file(store)) return error{errc::not_found, "there is no store yet"};
    return guarded([&]() -> result<store_report> {
        database db(store);
        store_report report;
        read_problems(db, report.problems);
        if (!report.problems.empty()) return report;
        report.version = number_of(db, "PRAGMA user_version");
        report.lists = rows_of(db, "lists");
        report.list_items = rows_of(db, "list_items");
        report.searches = rows_of(db, "searches");
        report.tokens = rows_of(db, "tokens");
        report.orders = rows_of(db, "orders");
        report.annotations = rows_of(db, "annotations");
        report.entities = rows_of(db, "entities");
        return report;
    });
}

result<void> back_up_store(const std::filesystem::path& store, const std::filesystem::path& into) {
    if (!is_file(store)) return error{errc::not_found, "there is no store yet"};
    std::error_code ignored;
    if (std::filesystem::exists(into, ignored)) {
        return error{errc::bad_request, "the backup exists already; name a new file"};
    }
    const auto unfinished = temporary_beside(into);
    auto done = guarded([&]() -> result<void> {
        database from(store);
        {
            database to(unfinished);
            to.copy_from(from);
            to.execute("PRAGMA journal_mode=DELETE");  // one file, complete in itself
        }
        std::error_code failed;
        std::filesystem::rename(unfinished, into, failed);
        if (failed)
            return error{errc::unavailable, "the backup cannot be put there: " + failed.message()};
        return {};
    });
    if (!done) std::filesystem::remove(unfinished, ignored);
    return done;
}

result<void> restore_store(
    const std::filesystem::path& store, const std::filesystem::path& backup
) {
    if (!is_file(backup)) return error{errc::not_found, "there is no such backup"};
    return guarded([&]() -> result<void> {
        database from(backup, database::access::read_only);
        std::vector<std::string> problems;
        read_problems(from, problems);
        if (!problems.empty())
            return error{errc::storage_damaged, "the backup is damaged: " + problems[0]};
        if (!is_store(from)) {
            return error{
                errc::bad_request, "this is no backup of a store, or of a newer callstream"};
        }
        try {
            put_in_place(from, store);
        } catch (const store_error& e) {
            if (e.kind() != store_error::cause::damaged) throw;
            move_aside(store);
            put_in_place(from, store);
        }
        return {};
    });
}

}  // namespace callstream::store
