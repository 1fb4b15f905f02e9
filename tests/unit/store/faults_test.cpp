// The disk fails at the n-th write or sync, once or for ever, while lists are written: nothing that
// was acknowledged is lost, nothing is half there, and the store goes on when the disk does.
#include "engine/store/sqlite_store.hpp"
#include "tests/support/failing_disk.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace callstream::store {
namespace {

using testing::failing_disk;
using testing::has_value;

constexpr std::int64_t now_s = 1'800'000'000;
constexpr int operations = 100;

class faults_test : public ::testing::Test {
 protected:
    /// A list of so many items, each with its name in it.
    static result<void> create(sqlite_store& store, const std::string& id, int items) {
        return store.lists().change(now_s, [&](list_editor& edit) -> result<void> {
            const auto list = edit.create(id);
            for (int i = 0; i < items; ++i) {
                edit.add_item(list, id + std::string(200, 'x') + std::to_string(i));
            }
            list_facts facts;
            facts.name = id;
            facts.type = "samples";
            facts.references = {{id, "r"}};
            edit.describe(list, facts);
            return {};
        });
    }

    /// Writes lists until the fault was met, and a while beyond.
    void write(sqlite_store& store, const failing_disk& disk) {
        for (int tries = 0; tries < 150 && (!disk.has_failed() || tries < 20); ++tries) {
            const auto id = "list " + std::to_string(next_++);
            const int items = 1 + next_ % 7 * 5;
            const auto done = create(store, id, items);
            if (done) {
                kept_[id] = items;
                continue;
            }
            const bool clear =
                done.error().code == errc::storage_full || done.error().code == errc::unavailable;
            EXPECT_TRUE(clear) << done.error().text;
            refused_ += 1;
        }
    }

    void check(sqlite_store& store) {
        const auto all = store.lists().select({}, 0, 100'000);
        ASSERT_TRUE(has_value(all));
        std::map<std::string, int> found;
        for (const auto& list : all->page) {
            found[list.id] = static_cast<int>(list.size);
            const auto items = store.lists().items(list, 0, 1000);
            ASSERT_TRUE(has_value(items));
            EXPECT_EQ(static_cast<std::int64_t>(items->size()), list.size) << list.id;
            EXPECT_EQ(list.facts.name, list.id);
            EXPECT_EQ(list.facts.references.size(), 1U);
        }
        EXPECT_EQ(found, kept_);
        database look(path_);
        auto integrity = look.prepare("PRAGMA integrity_check");
        ASSERT_TRUE(integrity.step());
        EXPECT_EQ(integrity.text(0), "ok");
    }

    void run(failing_disk::operation what, bool for_ever, failing_disk::fault how) {
        for (int n = 1; n <= operations; ++n) {
            SCOPED_TRACE(n);
            {
                sqlite_store store(path_);
                ASSERT_TRUE(has_value(create(store, "first " + std::to_string(n), 2)));
                kept_["first " + std::to_string(n)] = 2;
                disk_.fail(what, n, for_ever, how);
                write(store, disk_);
                met_ += disk_.has_failed() ? 1 : 0;
                // Whatever could be read before can be read now.
                ASSERT_TRUE(has_value(store.lists().select({}, 0, 10)));
                disk_.mend();
                ASSERT_TRUE(has_value(create(store, "after " + std::to_string(n), 3)));
                kept_["after " + std::to_string(n)] = 3;
                EXPECT_TRUE(store.usable());
                check(store);
            }
            sqlite_store again(path_);
            check(again);
            if (HasFailure()) return;
            if (n % 5 == 0) start_anew();
        }
        EXPECT_GT(met_, operations * 9 / 10);
        EXPECT_GE(refused_, met_ / 2);
    }

    /// So that looking through everything stays quick.
    void start_anew() {
        for (const char* ending : {"", "-wal", "-shm"}) {
            std::filesystem::remove(path_.string() + ending);
        }
        kept_.clear();
    }

    failing_disk disk_;
    testing::temp_dir dir_;
    std::filesystem::path path_ = dir_ / "store.db";
    std::map<std::string, int> kept_;
    int next_ = 0;
    int refused_ = 0;
    int met_ = 0;
};

using operation = failing_disk::operation;
using fault = failing_disk::fault;

TEST_F(faults_test, a_write_that_fails_once) {
    run(operation::write, false, fault::error);
}
TEST_F(faults_test, a_disk_that_is_full_once) {
    run(operation::write, false, fault::full);
}
TEST_F(faults_test, writes_that_fail_for_ever) {
    run(operation::write, true, fault::error);
}
TEST_F(faults_test, a_disk_that_stays_full) {
    run(operation::write, true, fault::full);
}
TEST_F(faults_test, a_sync_that_fails_once) {
    run(operation::sync, false, fault::error);
}
TEST_F(faults_test, syncs_that_fail_for_ever) {
    run(operation::sync, true, fault::error);
}

TEST_F(faults_test, a_full_disk_is_told_apart) {
    sqlite_store store(path_);
    ASSERT_TRUE(has_value(create(store, "first", 1)));
    disk_.fail(operation::write, 1, true, fault::full);
    EXPECT_TRUE(testing::fails_with(create(store, "x", 1), errc::storage_full));
    EXPECT_FALSE(store.usable());
    disk_.fail(operation::write, 1, true, fault::error);
    EXPECT_TRUE(testing::fails_with(create(store, "x", 1), errc::unavailable));
    disk_.mend();
    EXPECT_TRUE(has_value(create(store, "x", 1)));
    EXPECT_TRUE(store.usable());
}

}  // namespace
}  // namespace callstream::store
