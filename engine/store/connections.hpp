// Who may use the database when: one writer at a time, any number of readers beside it.
#pragma once

#include "engine/core/error.hpp"
#include "engine/store/sqlite.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace callstream::store {

/// What a client is told of trouble with the store: `errc::storage_full`, `unavailable` for what
/// may pass, `storage_damaged` otherwise.
error trouble(const store_error& e);

/// Opens connections to one database as they are needed, and opens them anew after trouble: a store
/// that could not be opened is tried again by whoever needs it next. Thread-safe; calls block while
/// another one writes, reads do not wait for writes. What the functions return is a `result`; they
/// must not use the store by another way.
class connections {
 public:
    using prepare_function = void (*)(database&);

    /// Whoever waits for the writer blocks a worker, so nobody waits for long.
    static constexpr std::chrono::seconds wait_max{2};

    /// `prepare` brings the schema of a new writer up to date. Does not open anything.
    connections(std::filesystem::path path, prepare_function prepare);

    /// Opens the writer now, so that trouble is known at once.
    result<void> open();
    /// Whether the last use went well, where somebody else's lock is no trouble, and there is room
    /// on the disk. Does not wait.
    bool usable() const noexcept;

    /// Runs `change(database&)` in a transaction. What it did is on the disk when this returns a
    /// value, and undone when it returns an error or throws.
    template <class Change>
    auto write(Change change) -> decltype(change(std::declval<database&>())) {
        const std::unique_lock lock(mutex_, wait_max);
        if (!lock) return error{errc::unavailable, "others are writing; try again shortly"};
        try {
            transaction changes(writer(), transaction::kind::write);
            auto outcome = change(*writer_);
            if (outcome) changes.commit();
            writing_ = true;
            return outcome;
        } catch (const store_error& e) {
            if (!e.may_pass()) writer_.reset();
            return note(e, writing_);
        }
    }

    /// Runs `look(database&)`, which sees one state of the database from its beginning to its end.
    template <class Look>
    auto read(Look look) -> decltype(look(std::declval<database&>())) {
        try {
            auto reader = take_reader();
            transaction view(*reader, transaction::kind::read);
            auto outcome = look(*reader);
            view.commit();
            keep_reader(std::move(reader));
            reading_ = true;
            return outcome;
        } catch (const store_error& e) {
            return note(e, reading_);
        }
    }

 private:
    static error note(const store_error& e, std::atomic<bool>& well);
    database& writer();
    std::unique_ptr<database> take_reader();
    void keep_reader(std::unique_ptr<database> reader);

    std::filesystem::path path_;
    prepare_function prepare_;
    std::timed_mutex mutex_;  // guards the writer
    std::unique_ptr<database> writer_;
    std::atomic<bool> prepared_ = false;  // the schema is there
    std::atomic<bool> reading_ = true;    // how it went last
    std::atomic<bool> writing_ = true;
    std::mutex readers_mutex_;  // guards what follows
    std::vector<std::unique_ptr<database>> readers_;
};

}  // namespace callstream::store
