// SQLite behind handles that close themselves, with values bound, never pasted into SQL.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace callstream::store {

/// What the database says when it cannot do what it was asked.
class store_error : public std::runtime_error {
 public:
    enum class cause {
        busy,     ///< somebody else holds the file
        full,     ///< no room on the disk
        passing,  ///< no memory, a disk that does not answer
        damaged,  ///< the file is not as SQLite wrote it
        other,    ///< a newer schema, a mistake of ours
    };
    store_error(int code, const std::string& text);

    cause kind() const noexcept { return kind_; }
    /// Whether the same may work later.
    bool may_pass() const noexcept {
        return kind_ == cause::busy || kind_ == cause::full || kind_ == cause::passing;
    }

 private:
    cause kind_;
};

/// A prepared statement. Not thread-safe.
class statement {
 public:
    statement(sqlite3* db, std::string_view sql);

    /// Parameters are numbered from 1. Texts are copied.
    statement& bind(int parameter, std::string_view text);
    statement& bind(int parameter, std::int64_t number);
    /// Nothing is NULL, which every parameter is until it is bound.
    statement& bind_or_null(int parameter, const std::optional<std::string>& text);
    statement& bind_or_null(int parameter, std::optional<std::int64_t> number);

    /// True when there is a row, false at the end. Throws store_error.
    bool step();
    /// Runs it to its end and makes it ready for other values.
    void run();
    void reset() noexcept;

    /// Of the current row; columns are numbered from 0.
    std::string text(int column) const;
    std::int64_t number(int column) const;
    std::optional<std::string> text_or_null(int column) const;
    std::optional<std::int64_t> number_or_null(int column) const;

 private:
    struct finalize {
        void operator()(sqlite3_stmt* s) const noexcept;
    };
    std::unique_ptr<sqlite3_stmt, finalize> handle_;
};

/// One connection: in WAL mode, synchronous FULL, so that what was committed is on the disk. One
/// thread at a time.
class database {
 public:
    enum class access { read_write, read_only };

    /// Makes the file when it is not there, unless it is only to be read. Throws store_error.
    explicit database(const std::filesystem::path& path, access how = access::read_write);

    /// Replaces all that is in this one, in one step.
    void copy_from(database& other);

    void execute(const char* sql);
    statement prepare(std::string_view sql) { return {handle_.get(), sql}; }
    /// Of the row that was inserted last.
    std::int64_t last_row() const;
    /// Of the statement that ran last.
    int changed_rows() const;

 private:
    struct close {
        void operator()(sqlite3* db) const noexcept;
    };
    std::unique_ptr<sqlite3, close> handle_;
};

/// For LIMIT and OFFSET: what SQLite cannot say is its greatest number, not a negative one, which
/// it would take for none.
inline std::int64_t sql_number(std::uint64_t number) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    return number > static_cast<std::uint64_t>(most) ? most : static_cast<std::int64_t>(number);
}

/// Everything or nothing: rolled back unless committed. One that reads sees one state throughout.
class transaction {
 public:
    enum class kind { write, read };
    explicit transaction(database& db, kind k = kind::write) : db_(&db) {
        db.execute(k == kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
    }
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;
    ~transaction();
    void commit();

 private:
    database* db_;  // null once it was committed
};

}  // namespace callstream::store
