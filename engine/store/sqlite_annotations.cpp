#include "engine/store/sqlite_annotations.hpp"

#include "engine/store/json_texts.hpp"

#include <bit>
#include <map>

namespace callstream::store {
namespace {

// A set that is being removed belongs to no data set, and nobody finds it.
constexpr const char* set_columns =
    "SELECT id, data_set, reference_set, name, source_uri, type, info, number "
    "FROM annotation_sets WHERE data_set <> '' AND ";

annotation_set set_of(const statement& row) {
    return {
        row.text(0),
        row.text(1),
        row.text(2),
        row.text(3),
        row.text(4),
        row.text(5),
        row.text(6),
        row.number(7)};
}

std::optional<annotation_set> find_set_in(database& db, std::string_view id) {
    auto row = db.prepare(std::string(set_columns) + "id = ?1");
    if (!row.bind(1, id).step()) return std::nullopt;
    return set_of(row);
}

std::optional<annotation> find_in(database& db, std::int64_t set, std::int64_t number) {
    auto row = db.prepare(
        std::string("SELECT ") + annotation_columns + "a.number = ?1 AND a.annotation_set = ?2"
    );
    if (!row.bind(1, number).bind(2, set).step()) return std::nullopt;
    return annotation_of(row);
}

/// The smallest of which the power of two is not below the length.
std::int64_t level_of(std::int64_t length) {
    return length <= 1 ? 0 : std::bit_width(static_cast<std::uint64_t>(length - 1));
}

/// Ranks of references in one set; those that are new are written down.
class ranks {
 public:
    ranks(database& db, std::int64_t set) : db_(db), set_(set) {}

    std::int64_t of(const annotation_reference& reference) {
        const auto known = known_.find(reference.name);
        if (known != known_.end()) return known->second;
        const auto rank = find_or_add(reference);
        known_.emplace(reference.name, rank);
        return rank;
    }

 private:
    std::int64_t find_or_add(const annotation_reference& reference) {
        auto found = db_.prepare(
            "SELECT rank FROM annotation_references WHERE annotation_set = ?1 AND name = ?2"
        );
        if (found.bind(1, set_).bind(2, reference.name).step()) return found.number(0);
        // The file may have changed since others were noted: they keep their places.
        auto taken = db_.prepare(
            "SELECT 1 FROM annotation_references WHERE annotation_set = ?1 AND rank = ?2"
        );
        auto rank = reference.index;
        if (taken.bind(1, set_).bind(2, rank).step()) {
            auto last = db_.prepare(
                "SELECT max(rank) + 1 FROM annotation_references WHERE annotation_set = ?1"
            );
            last.bind(1, set_).step();
            rank = last.number(0);
        }
        db_.prepare("INSERT INTO annotation_references VALUES (?1, ?2, ?3, ?4)")
            .bind(1, set_)
            .bind(2, rank)
            .bind(3, reference.id)
            .bind(4, reference.name)
            .run();
        return rank;
    }

    database& db_;
    std::int64_t set_;
    std::map<std::string, std::int64_t> known_;
};

std::vector<std::int64_t> insert(
    database& db, std::int64_t set, const std::vector<new_annotation>& annotations
) {
    ranks references(db, set);
    auto add = db.prepare(
        "INSERT INTO annotations (annotation_set, reference, start, \"end\", level, name, "
        "reverse_strand, details, info) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
    );
    std::vector<std::int64_t> numbers;
    numbers.reserve(annotations.size());
    for (const auto& a : annotations) {
        add.bind(1, set)
            .bind(2, references.of(a.reference))
            .bind(3, a.start)
            .bind(4, a.end)
            .bind(5, level_of(a.end - a.start))
            .bind(6, a.name)
            .bind(7, std::int64_t{a.reverse_strand})
            .bind_or_null(8, a.details)
            .bind(9, a.info)
            .run();
        numbers.push_back(db.last_row());
    }
    return numbers;
}

// Answers are kept with their size behind the hash, so that adding up the sizes does not read them.

std::string request_key(std::int64_t set, const annotation_request& request) {
    return std::to_string(set) + " " + request.id;
}

result<std::optional<std::string>> answer_in(
    database& db, std::int64_t set, const annotation_request& request
) {
    auto row = db.prepare("SELECT body_hash, answer FROM annotation_batches WHERE request_id = ?1");
    if (!row.bind(1, request_key(set, request)).step()) return std::optional<std::string>();
    const auto hash = row.text(0);
    if (hash.substr(0, hash.find(' ')) != request.body_hash) {
        return error{
            errc::bad_request,
            "requestId was used for another request before; every new request needs one of its "
            "own"};
    }
    return std::optional(row.text(1));
}

std::int64_t count_answer_bytes(database& db) {
    auto sum = db.prepare(
        "SELECT coalesce(sum(CAST(substr(body_hash, instr(body_hash, ' ')) AS INTEGER)), 0) "
        "FROM annotation_batches"
    );
    sum.step();
    return sum.number(0);
}

/// Until so many bytes are free.
void drop_old_answers(database& db, std::int64_t bytes, std::int64_t now_s) {
    db.prepare("DELETE FROM annotation_batches WHERE created_s < ?1")
        .bind(1, now_s - annotation_store::answers_kept_s)
        .run();
    auto left = count_answer_bytes(db);
    while (left > 0 && left + bytes > annotation_store::answer_bytes_max) {
        auto oldest = db.prepare(
            "SELECT request_id, CAST(substr(body_hash, instr(body_hash, ' ')) AS INTEGER) "
            "FROM annotation_batches ORDER BY created_s, request_id LIMIT 1"
        );
        if (!oldest.step()) return;
        db.prepare("DELETE FROM annotation_batches WHERE request_id = ?1")
            .bind(1, oldest.text(0))
            .run();
        left -= oldest.number(1);
    }
}

}  // namespace

annotation annotation_of(const statement& row) {
    annotation a;
    a.set = row.number(0);
    a.reference_id = row.text(1);
    a.reference_name = row.text(2);
    a.place = {row.number(3), row.number(4), row.number(5)};
    a.end = row.number(6);
    a.reverse_strand = row.number(7) != 0;
    a.name = row.text(8);
    a.details = row.text_or_null(9);
    a.info = row.text(10);
    return a;
}

result<void> sqlite_annotations::create(const annotation_set& set) {
    return all_.write([&](database& db) -> result<void> {
        db.prepare(
              "INSERT INTO annotation_sets (id, data_set, reference_set, name, source_uri, type, "
              "info) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        )
            .bind(1, set.id)
            .bind(2, set.data_set)
            .bind(3, set.reference_set)
            .bind(4, set.name)
            .bind(5, set.source_uri)
            .bind(6, set.type)
            .bind(7, set.info)
            .run();
        return {};
    });
}

result<std::optional<annotation_set>> sqlite_annotations::find_set(std::string_view id) {
    return all_.read([&](database& db) -> result<std::optional<annotation_set>> {
        return find_set_in(db, id);
    });
}

result<std::optional<annotation_set>> sqlite_annotations::change_set(
    std::string_view id, const annotation_set_changes& changes
) {
    return all_.write([&](database& db) -> result<std::optional<annotation_set>> {
        db.prepare(
              "UPDATE annotation_sets SET name = coalesce(?2, name), "
              "source_uri = coalesce(?3, source_uri), info = coalesce(?4, info) "
              "WHERE id = ?1 AND data_set <> ''"
        )
            .bind(1, id)
            .bind_or_null(2, changes.name)
            .bind_or_null(3, changes.source_uri)
            .bind_or_null(4, changes.info)
            .run();
        return find_set_in(db, id);
    });
}

result<bool> sqlite_annotations::remove_set(std::string_view id) {
    const auto removed = all_.write([&](database& db) -> result<bool> {
        db.prepare("UPDATE annotation_sets SET data_set = '' WHERE id = ?1 AND data_set <> ''")
            .bind(1, id)
            .run();
        return db.changed_rows() == 1;
    });
    if (removed) purge();
    return removed;
}

void sqlite_annotations::purge() {
    constexpr std::int64_t at_once = 10'000;
    const auto purge_some = [&](database& db) -> result<bool> {
        auto set = db.prepare("SELECT number FROM annotation_sets WHERE data_set = '' LIMIT 1");
        if (!set.step()) return false;
        db.prepare(
              "DELETE FROM annotations WHERE number IN "
              "(SELECT number FROM annotations WHERE annotation_set = ?1 LIMIT ?2)"
        )
            .bind(1, set.number(0))
            .bind(2, at_once)
            .run();
        if (db.changed_rows() < at_once) {
            db.prepare("DELETE FROM annotation_sets WHERE number = ?1")
                .bind(1, set.number(0))
                .run();
        }
        return true;
    };
    // What is left when the store cannot be written goes with the next set that is removed.
    for (auto more = all_.write(purge_some); more && *more;) more = all_.write(purge_some);
}

result<annotation_set_page> sqlite_annotations::select_sets(
    const annotation_set_query& wanted, std::int64_t after, std::uint64_t count
) {
    return all_.read([&](database& db) -> result<annotation_set_page> {
        const auto one_of = [](const std::string& column, const std::string& p) {
            return "(" + p + " IS NULL OR " + column + " IN (SELECT value FROM json_each(" + p +
                   ")))";
        };
        auto rows = db.prepare(
            std::string(set_columns) + "number > ?1 AND " + one_of("data_set", "?2") +
            " AND (?3 = '' OR reference_set = ?3) AND (?4 = '' OR instr(lower(name), lower(?4)) > "
            "0)"
            " AND " +
            one_of("type", "?5") + " ORDER BY number"
        );
        rows.bind(1, after).bind(3, wanted.reference_set).bind(4, wanted.name);
        if (!wanted.data_sets.empty()) rows.bind(2, json_of(wanted.data_sets));
        if (!wanted.types.empty()) rows.bind(5, json_of(wanted.types));
        annotation_set_page out;
        std::size_t bytes = 0;
        while (rows.step()) {
            out.more = out.sets.size() >= count || bytes > page_bytes_max;
            if (out.more) break;
            const auto& set = out.sets.emplace_back(set_of(rows));
            bytes += set.name.size() + set.source_uri.size() + set.info.size();
        }
        return out;
    });
}

result<std::optional<std::string>> sqlite_annotations::answer_to(
    std::int64_t set, const annotation_request& request
) {
    return all_.read([&](database& db) { return answer_in(db, set, request); });
}

result<std::string> sqlite_annotations::add(
    std::int64_t set,
    const std::vector<new_annotation>& annotations,
    const std::optional<annotation_request>& request,
    const answer_function& answer
) {
    return all_.write([&](database& db) -> result<std::string> {
        auto found =
            db.prepare("SELECT 1 FROM annotation_sets WHERE number = ?1 AND data_set <> ''");
        if (!found.bind(1, set).step())
            return error{errc::not_found, "the annotation set was removed meanwhile"};
        if (request) {
            auto known = answer_in(db, set, *request);
            if (!known) return known.error();
            if (*known) return std::move(**known);
        }
        auto text = answer(insert(db, set, annotations));
        if (request) keep_answer(db, set, *request, text);
        return text;
    });
}

void sqlite_annotations::keep_answer(
    database& db, std::int64_t set, const annotation_request& request, const std::string& answer
) {
    constexpr int count_every = 64;  // another process may keep answers, too
    const auto bytes = static_cast<std::int64_t>(answer.size());
    if (--answers_until_count_ < 0 || answer_bytes_ + bytes > answer_bytes_max) {
        drop_old_answers(db, bytes, request.now_s);
        answer_bytes_ = count_answer_bytes(db);
        answers_until_count_ = count_every;
    }
    db.prepare("INSERT INTO annotation_batches VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(1, request_key(set, request))
        .bind(2, set)
        .bind(3, request.body_hash + " " + std::to_string(bytes))
        .bind(4, answer)
        .bind(5, request.now_s)
        .run();
    answer_bytes_ += bytes;
}

result<std::optional<annotation>> sqlite_annotations::find(std::int64_t set, std::int64_t number) {
    return all_.read([&](database& db) -> result<std::optional<annotation>> {
        return find_in(db, set, number);
    });
}

result<std::optional<annotation>> sqlite_annotations::change(
    std::int64_t set, std::int64_t number, const annotation_changes& changes
) {
    return all_.write([&](database& db) -> result<std::optional<annotation>> {
        db.prepare(
              "UPDATE annotations SET name = coalesce(?3, name), info = coalesce(?4, info), "
              "details = CASE WHEN ?5 THEN ?6 ELSE details END "
              "WHERE annotation_set = ?1 AND number = ?2"
        )
            .bind(1, set)
            .bind(2, number)
            .bind_or_null(3, changes.name)
            .bind_or_null(4, changes.info)
            .bind(5, std::int64_t{changes.details.has_value()})
            .bind_or_null(6, changes.details.value_or(std::nullopt))
            .run();
        return find_in(db, set, number);
    });
}

result<bool> sqlite_annotations::remove(std::int64_t set, std::int64_t number) {
    return all_.write([&](database& db) -> result<bool> {
        db.prepare("DELETE FROM annotations WHERE annotation_set = ?1 AND number = ?2")
            .bind(1, set)
            .bind(2, number)
            .run();
        return db.changed_rows() == 1;
    });
}

}  // namespace callstream::store
