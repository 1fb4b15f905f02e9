#include "engine/store/sqlite.hpp"

#include <sqlite3.h>

#include <fcntl.h>
#include <unistd.h>

namespace callstream::store {
namespace {

constexpr int busy_timeout_ms = 5000;
constexpr int text_bytes_max = 64 << 20;

[[noreturn]] void fail(sqlite3* db, const char* what) {
    throw store_error(sqlite3_extended_errcode(db), std::string(what) + ": " + sqlite3_errmsg(db));
}

store_error::cause cause_of(int code) {
    switch (code) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return store_error::cause::busy;
        case SQLITE_FULL:
            return store_error::cause::full;
        case SQLITE_IOERR:
        case SQLITE_NOMEM:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
            return store_error::cause::passing;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return store_error::cause::damaged;
        default:
            return store_error::cause::other;
    }
}

/// A new store is nobody else's to read. SQLite gives its other files the same rights. A file that
/// is there is left alone: to close it would drop the locks of this process.
void make_private(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) ::close(fd);
}

}  // namespace

store_error::store_error(int code, const std::string& text)
    : std::runtime_error(text), kind_(cause_of(code & 0xff)) {}

void statement::finalize::operator()(sqlite3_stmt* s) const noexcept {
    sqlite3_finalize(s);
}

statement::statement(sqlite3* db, std::string_view sql) {
    sqlite3_stmt* made = nullptr;
    const auto bytes = static_cast<int>(sql.size());
    if (sqlite3_prepare_v2(db, sql.data(), bytes, &made, nullptr) != SQLITE_OK) fail(db, "prepare");
    handle_.reset(made);
}

statement& statement::bind(int parameter, std::string_view text) {
    const auto bytes = static_cast<sqlite3_uint64>(text.size());
    const int status = sqlite3_bind_text64(
        handle_.get(), parameter, text.data(), bytes, SQLITE_TRANSIENT, SQLITE_UTF8
    );
    if (status != SQLITE_OK) fail(sqlite3_db_handle(handle_.get()), "bind");
    return *this;
}

statement& statement::bind(int parameter, std::int64_t number) {
    if (sqlite3_bind_int64(handle_.get(), parameter, number) != SQLITE_OK) {
        fail(sqlite3_db_handle(handle_.get()), "bind");
    }
    return *this;
}

statement& statement::bind_or_null(int parameter, const std::optional<std::string>& text) {
    return text ? bind(parameter, std::string_view(*text)) : *this;
}

statement& statement::bind_or_null(int parameter, std::optional<std::int64_t> number) {
    return number ? bind(parameter, *number) : *this;
}

bool statement::step() {
    const int status = sqlite3_step(handle_.get());
    if (status == SQLITE_ROW) return true;
    if (status == SQLITE_DONE) return false;
    fail(sqlite3_db_handle(handle_.get()), "step");
}

void statement::run() {
    while (step()) {
    }
    reset();
}

void statement::reset() noexcept {
    sqlite3_reset(handle_.get());
    sqlite3_clear_bindings(handle_.get());
}

std::string statement::text(int column) const {
    const auto* bytes = sqlite3_column_blob(handle_.get(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

std::optional<std::string> statement::text_or_null(int column) const {
    if (sqlite3_column_type(handle_.get(), column) == SQLITE_NULL) return std::nullopt;
    return text(column);
}

std::optional<std::int64_t> statement::number_or_null(int column) const {
    if (sqlite3_column_type(handle_.get(), column) == SQLITE_NULL) return std::nullopt;
    return number(column);
}

std::int64_t statement::number(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
}

void database::close::operator()(sqlite3* db) const noexcept {
    sqlite3_close_v2(db);
}

database::database(const std::filesystem::path& path, access how) {
    const bool writes = how == access::read_write;
    sqlite3* made = nullptr;
    if (writes) make_private(path);
    // An absolute path: Debian's SQLite would read "file:..." as a URI.
    const auto name = std::filesystem::absolute(path).string();
    const int kind = writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int status = sqlite3_open_v2(name.c_str(), &made, kind | SQLITE_OPEN_NOMUTEX, nullptr);
    handle_.reset(made);
    if (status != SQLITE_OK) fail(made, "open");
    sqlite3_busy_timeout(made, busy_timeout_ms);
    sqlite3_limit(made, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(made, SQLITE_LIMIT_LENGTH, text_bytes_max);
    execute("PRAGMA trusted_schema=OFF");
    execute("PRAGMA cell_size_check=ON");
    if (!writes) return;
    execute("PRAGMA journal_mode=WAL");
    execute("PRAGMA synchronous=FULL");
    execute("PRAGMA journal_size_limit=16777216");
    execute("PRAGMA foreign_keys=ON");
}

void database::copy_from(database& other) {
    struct finish {
        void operator()(sqlite3_backup* b) const noexcept { sqlite3_backup_finish(b); }
    };
    const std::unique_ptr<sqlite3_backup, finish> copy(
        sqlite3_backup_init(handle_.get(), "main", other.handle_.get(), "main")
    );
    if (copy == nullptr) fail(handle_.get(), "copy");
    const int status = sqlite3_backup_step(copy.get(), -1);
    if (status != SQLITE_DONE) throw store_error(status, "copy");
}

void database::execute(const char* sql) {
    if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        fail(handle_.get(), sql);
    }
}

std::int64_t database::last_row() const {
    return sqlite3_last_insert_rowid(handle_.get());
}

int database::changed_rows() const {
    return sqlite3_changes(handle_.get());
}

transaction::~transaction() {
    if (db_ == nullptr) return;
    try {
        db_->execute("ROLLBACK");
    } catch (const store_error&) {
        // SQLite has rolled back by itself where it had to.
    }
}

void transaction::commit() {
    db_->execute("COMMIT");
    db_ = nullptr;
}

}  // namespace callstream::store
