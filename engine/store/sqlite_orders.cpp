#include "engine/store/json_texts.hpp"
#include "engine/store/sqlite_store.hpp"

namespace callstream::store {
namespace {

void insert(database& db, const submission& s) {
    db.prepare(
          "INSERT INTO submissions (id, client_id, sample_type, samples) VALUES (?1, ?2, ?3, ?4)"
    )
        .bind(1, s.id)
        .bind(2, s.client_id)
        .bind(3, s.sample_type)
        .bind(4, s.samples)
        .run();
    const auto number = db.last_row();
    auto add = db.prepare("INSERT INTO plates (submission, position, body) VALUES (?1, ?2, ?3)");
    std::int64_t position = 0;
    for (const auto& plate : s.plates) add.bind(1, number).bind(2, position++).bind(3, plate).run();
}

constexpr const char* order_columns =
    "o.id, s.id, s.client_id, s.samples, o.service_ids, o.required_service_info, o.status, "
    "o.created_s, o.modified_s FROM orders o JOIN submissions s ON s.number = o.submission";

order order_of(const statement& row) {
    return {
        row.text(0),
        row.text(1),
        row.text(2),
        row.number(3),
        row.text(4),
        row.text(5),
        row.text(6),
        row.number(7),
        row.number(8)};
}

}  // namespace

result<void> sqlite_orders::submit(const submission& plates) {
    return all_.write([&](database& db) -> result<void> {
        insert(db, plates);
        return {};
    });
}

result<void> sqlite_orders::place(const submission& plates, const order& placed) {
    return all_.write([&](database& db) -> result<void> {
        insert(db, plates);
        db.prepare(
              "INSERT INTO orders (id, submission, service_ids, required_service_info, status, "
              "created_s, modified_s) SELECT ?1, number, ?3, ?4, ?5, ?6, ?6 FROM submissions "
              "WHERE id = ?2"
        )
            .bind(1, placed.id)
            .bind(2, plates.id)
            .bind(3, placed.service_ids)
            .bind(4, placed.required_service_info)
            .bind(5, placed.status)
            .bind(6, placed.created_s)
            .run();
        return {};
    });
}

result<std::optional<submission>> sqlite_orders::find_submission(std::string_view id) {
    return all_.read([&](database& db) -> result<std::optional<submission>> {
        auto row = db.prepare(
            "SELECT number, client_id, sample_type, samples FROM submissions WHERE id = ?1"
        );
        if (!row.bind(1, id).step()) return std::optional<submission>{};
        submission found{std::string(id), row.text(1), row.text(2), row.number(3), {}};
        auto plates = db.prepare("SELECT body FROM plates WHERE submission = ?1 ORDER BY position");
        plates.bind(1, row.number(0));
        while (plates.step()) found.plates.push_back(plates.text(0));
        return std::optional(std::move(found));
    });
}

result<std::optional<order>> sqlite_orders::find(std::string_view id) {
    return all_.read([&](database& db) -> result<std::optional<order>> {
        auto row = db.prepare(std::string("SELECT ") + order_columns + " WHERE o.id = ?1");
        if (!row.bind(1, id).step()) return std::optional<order>{};
        return std::optional(order_of(row));
    });
}

result<order_selection> sqlite_orders::select(
    const std::optional<std::string>& id,
    const std::optional<std::string>& submission_id,
    std::uint64_t first,
    std::uint64_t count
) {
    return all_.read([&](database& db) -> result<order_selection> {
        const std::string fits = " WHERE (?1 IS NULL OR o.id = ?1) AND (?2 IS NULL OR s.id = ?2)";
        order_selection out;
        auto total = db.prepare(
            "SELECT count(*) FROM orders o JOIN submissions s ON s.number = o.submission" + fits
        );
        total.bind_or_null(1, id).bind_or_null(2, submission_id).step();
        out.total = static_cast<std::uint64_t>(total.number(0));
        auto rows = db.prepare(
            std::string("SELECT ") + order_columns + fits + " ORDER BY o.number LIMIT ?3 OFFSET ?4"
        );
        rows.bind_or_null(1, id)
            .bind_or_null(2, submission_id)
            .bind(3, sql_number(count))
            .bind(4, sql_number(first));
        while (rows.step()) out.page.push_back(order_of(rows));
        return out;
    });
}

result<bool> sqlite_orders::move(
    std::string_view id, std::string_view before, std::string_view after, std::int64_t now_s
) {
    return all_.write([&](database& db) -> result<bool> {
        db.prepare("UPDATE orders SET status = ?3, modified_s = ?4 WHERE id = ?1 AND status = ?2")
            .bind(1, id)
            .bind(2, before)
            .bind(3, after)
            .bind(4, now_s)
            .run();
        return db.changed_rows() == 1;
    });
}

result<void> sqlite_orders::add_result(
    std::string_view order_id, const result_file& file, const std::function<void()>& publish
) {
    return all_.write([&](database& db) -> result<void> {
        auto order = db.prepare("SELECT number FROM orders WHERE id = ?1");
        if (!order.bind(1, order_id).step())
            return error{errc::not_found, "there is no such order"};
        const auto number = order.number(0);
        auto other = db.prepare("SELECT 1 FROM result_files WHERE \"order\" = ?1 AND name = ?2");
        if (other.bind(1, number).bind(2, file.name).step()) {
            return error{errc::bad_request, "the order has a result of this name"};
        }
        db.prepare(
              "INSERT INTO result_files (\"order\", name, type, md5, bytes, sample_ids) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        )
            .bind(1, number)
            .bind(2, file.name)
            .bind(3, file.type)
            .bind(4, file.md5)
            .bind(5, file.bytes)
            .bind(6, json_of(file.sample_ids))
            .run();
        publish();
        return {};
    });
}

result<std::vector<result_file>> sqlite_orders::results(std::string_view order_id) {
    return all_.read([&](database& db) -> result<std::vector<result_file>> {
        auto rows = db.prepare(
            "SELECT f.name, f.type, f.md5, f.bytes, f.sample_ids FROM result_files f "
            "JOIN orders o ON o.number = f.\"order\" WHERE o.id = ?1 ORDER BY f.number"
        );
        rows.bind(1, order_id);
        std::vector<result_file> out;
        while (rows.step()) {
            out.push_back(
                {rows.text(0), rows.text(1), rows.text(2), rows.number(3), texts_of(rows.text(4))}
            );
        }
        return out;
    });
}

}  // namespace callstream::store
