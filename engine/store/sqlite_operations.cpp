#include "engine/store/sqlite_store.hpp"

#include <array>
#include <utility>

namespace callstream::store {
namespace {

constexpr std::array<std::pair<operation_state, std::string_view>, 4> names = {{
    {operation_state::running, "RUNNING"},
    {operation_state::success, "SUCCESS"},
    {operation_state::failure, "FAILURE"},
    {operation_state::canceled, "CANCELED"},
}};

constexpr const char* columns =
    "id, project, kind, request, state, created_s, started_s, ended_s, error_code, error, "
    "response "
    "FROM operations";

kept_operation operation_of(const statement& row) {
    return {
        row.text(0),
        row.text(1),
        row.text(2),
        row.text(3),
        operation_state_named(row.text(4)).value_or(operation_state::failure),
        row.number(5),
        row.number_or_null(6),
        row.number_or_null(7),
        static_cast<int>(row.number(8)),
        row.text(9),
        row.text(10)};
}

}  // namespace

std::string_view operation_state_name(operation_state s) {
    for (const auto& [state, name] : names) {
        if (state == s) return name;
    }
    return "";
}

std::optional<operation_state> operation_state_named(std::string_view text) {
    for (const auto& [state, name] : names) {
        if (name == text) return state;
    }
    return std::nullopt;
}

result<void> sqlite_operations::add(const kept_operation& operation) {
    return all_.write([&](database& db) -> result<void> {
        db.prepare(
              "INSERT INTO operations (id, project, kind, request, state, created_s) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        )
            .bind(1, operation.id)
            .bind(2, operation.project)
            .bind(3, operation.kind)
            .bind(4, operation.request)
            .bind(5, operation_state_name(operation.state))
            .bind(6, operation.created_s)
            .run();
        return {};
    });
}

result<std::optional<kept_operation>> sqlite_operations::find(std::string_view id) {
    return all_.read([&](database& db) -> result<std::optional<kept_operation>> {
        auto row = db.prepare(std::string("SELECT ") + columns + " WHERE id = ?1");
        if (!row.bind(1, id).step()) return std::optional<kept_operation>{};
        return std::optional(operation_of(row));
    });
}

result<std::vector<kept_operation>> sqlite_operations::select(const operation_query& wanted) {
    return all_.read([&](database& db) -> result<std::vector<kept_operation>> {
        auto rows = db.prepare(
            std::string("SELECT ") + columns +
            " WHERE project = ?1 AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR created_s >= ?3)"
            " AND (?4 IS NULL OR created_s <= ?4) ORDER BY number"
        );
        std::optional<std::string> state;
        if (wanted.state) state = operation_state_name(*wanted.state);
        rows.bind(1, wanted.project).bind_or_null(2, state);
        rows.bind_or_null(3, wanted.created_min_s).bind_or_null(4, wanted.created_max_s);
        std::vector<kept_operation> out;
        while (rows.step()) out.push_back(operation_of(rows));
        return out;
    });
}

result<std::vector<kept_operation>> sqlite_operations::running() {
    return all_.read([](database& db) -> result<std::vector<kept_operation>> {
        auto rows = db.prepare(
            std::string("SELECT ") + columns + " WHERE state = 'RUNNING' ORDER BY number"
        );
        std::vector<kept_operation> out;
        while (rows.step()) out.push_back(operation_of(rows));
        return out;
    });
}

result<void> sqlite_operations::start(std::string_view id, std::int64_t now_s) {
    return all_.write([&](database& db) -> result<void> {
        db.prepare("UPDATE operations SET started_s = ?2 WHERE id = ?1")
            .bind(1, id)
            .bind(2, now_s)
            .run();
        return {};
    });
}

result<bool> sqlite_operations::end(
    std::string_view id, const operation_end& how, std::int64_t now_s
) {
    return all_.write([&](database& db) -> result<bool> {
        db.prepare(
              "UPDATE operations SET state = ?2, error_code = ?3, error = ?4, ended_s = ?5, "
              "response = ?6 "
              "WHERE id = ?1 AND state = 'RUNNING'"
        )
            .bind(1, id)
            .bind(2, operation_state_name(how.state))
            .bind(3, std::int64_t{how.error_code})
            .bind(4, how.error_text)
            .bind(5, now_s)
            .bind(6, how.response)
            .run();
        return db.changed_rows() == 1;
    });
}

}  // namespace callstream::store
