#include "engine/store/sqlite.hpp"

#include <sqlite3.h>

namespace callstream::store {
namespace {

constexpr int busy_timeout_ms = 5000;
constexpr int text_bytes_max = 64 << 20;

[[noreturn]] void fail(sqlite3* db, const char* what) {
    throw store_error(sqlite3_extended_errcode(db), std::string(what) + ": " + sqlite3_errmsg(db));
}

}  // namespace

store_error::store_error(int code, const std::string& text) : std::runtime_error(text) {
    const int kind = code & 0xff;
    may_pass_ = kind == SQLITE_BUSY || kind == SQLITE_LOCKED || kind == SQLITE_FULL ||
                kind == SQLITE_IOERR || kind == SQLITE_NOMEM;
}

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

std::int64_t statement::number(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
}

void database::close::operator()(sqlite3* db) const noexcept {
    sqlite3_close_v2(db);
}

database::database(const std::filesystem::path& path) {
    sqlite3* made = nullptr;
    // An absolute path: Debian's SQLite would read "file:..." as a URI.
    const auto name = std::filesystem::absolute(path).string();
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int status = sqlite3_open_v2(name.c_str(), &made, flags, nullptr);
    handle_.reset(made);
    if (status != SQLITE_OK) fail(made, "open");
    sqlite3_busy_timeout(made, busy_timeout_ms);
    sqlite3_limit(made, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(made, SQLITE_LIMIT_LENGTH, text_bytes_max);
    execute("PRAGMA journal_mode=WAL");
    execute("PRAGMA synchronous=FULL");
    execute("PRAGMA foreign_keys=ON");
    execute("PRAGMA trusted_schema=OFF");
    execute("PRAGMA cell_size_check=ON");
}

void database::execute(const char* sql) {
    if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        fail(handle_.get(), sql);
    }
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
