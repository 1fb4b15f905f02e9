#include "engine/store/maintenance.hpp"

#include "engine/store/sqlite_store.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <string>

namespace callstream::store {
namespace {

using testing::fails_with;
using testing::has_value;

class maintenance_test : public ::testing::Test {
 protected:
    static void add_list(sqlite_store& store, const std::string& id, int items) {
        const auto done = store.lists().change(1, [&](list_editor& edit) -> result<void> {
            const auto list = edit.create(id);
            for (int i = 0; i < items; ++i) edit.add_item(list, std::string(100, 'x'));
            list_facts facts;
            facts.name = id;
            facts.type = "samples";
            edit.describe(list, facts);
            return {};
        });
        ASSERT_TRUE(has_value(done));
    }
    testing::temp_dir dir;
    std::filesystem::path path = dir / "store.db";
    std::filesystem::path backup = dir / "backup.db";
};

TEST_F(maintenance_test, a_sound_store_is_counted) {
    EXPECT_TRUE(fails_with(check_store(path), errc::not_found));
    sqlite_store store(path);
    add_list(store, "a", 3);
    ASSERT_TRUE(has_value(store.entities().change([](entity_editor& edit) -> result<void> {
        edit.put({"study", "s", "{}", true});
        return {};
    })));
    const auto report = check_store(path);
    ASSERT_TRUE(has_value(report));
    EXPECT_TRUE(report->problems.empty());
    EXPECT_EQ(report->lists, 1);
    EXPECT_EQ(report->list_items, 3);
    EXPECT_EQ(report->tokens, 0);
    EXPECT_EQ(report->orders, 0);
    EXPECT_EQ(report->annotations, 0);
    EXPECT_EQ(report->entities, 1);
}

TEST_F(maintenance_test, damage_is_found) {
    {
        sqlite_store store(path);
        add_list(store, "a", 2000);
    }
    auto bytes = testing::read_file(path);
    ASSERT_GT(bytes.size(), 100'000U);
    // The heads of some pages: SQLite has no checksums, so other text in a row is no damage to it.
    constexpr std::size_t page_bytes = 4096;
    for (std::size_t page = 15; page < 20; ++page) {
        for (std::size_t i = 0; i < 64; ++i) {
            char& byte = bytes[page * page_bytes + i];
            byte = static_cast<char>(~byte);
        }
    }
    testing::replace_file(path, bytes);
    const auto report = check_store(path);
    EXPECT_TRUE(!report || !report->problems.empty());
    testing::replace_file(path, std::string(5000, 'x'));
    EXPECT_TRUE(fails_with(check_store(path), errc::storage_damaged));
}

TEST_F(maintenance_test, a_backup_is_put_back_while_the_store_is_used) {
    sqlite_store store(path);
    add_list(store, "a", 500);
    ASSERT_TRUE(has_value(back_up_store(path, backup)));
    EXPECT_TRUE(fails_with(back_up_store(path, backup), errc::bad_request));
    EXPECT_EQ(check_store(backup)->list_items, 500);
    add_list(store, "b", 5);
    ASSERT_EQ(store.lists().select({}, 0, 9)->total, 2U);
    ASSERT_TRUE(has_value(restore_store(path, backup)));
    EXPECT_EQ(store.lists().select({}, 0, 9)->total, 1U) << "of one that is open all the while";
    add_list(store, "c", 1);
    EXPECT_TRUE(check_store(path)->problems.empty());
    ASSERT_TRUE(has_value(restore_store(dir / "new.db", backup)));
    EXPECT_EQ(check_store(dir / "new.db")->lists, 1);
}

TEST_F(maintenance_test, a_backup_mends_a_store_that_cannot_be_opened) {
    {
        sqlite_store store(path);
        add_list(store, "a", 3);
    }
    ASSERT_TRUE(has_value(back_up_store(path, backup)));
    const auto whole = testing::read_file(path);
    std::string other_schema = whole;
    other_schema.replace(100, 200, 200, 'x');
    for (const auto& damage : {std::string(5000, 'x'), other_schema, whole.substr(0, 5000)}) {
        testing::replace_file(path, damage);
        ASSERT_TRUE(has_value(restore_store(path, backup)));
        EXPECT_EQ(check_store(path)->list_items, 3);
        EXPECT_EQ(testing::read_file(path.string() + ".damaged"), damage);
    }
}

TEST_F(maintenance_test, what_is_no_sound_backup_changes_nothing) {
    sqlite_store store(path);
    add_list(store, "a", 3);
    testing::write_file(backup, std::string(5000, 'x'));
    EXPECT_TRUE(fails_with(restore_store(path, backup), errc::storage_damaged));
    { database(dir / "other.db").execute("CREATE TABLE t (x)"); }
    EXPECT_TRUE(fails_with(restore_store(path, dir / "other.db"), errc::bad_request));
    { database(dir / "newer.db").execute("CREATE TABLE searches (x); PRAGMA user_version=99"); }
    EXPECT_TRUE(fails_with(restore_store(path, dir / "newer.db"), errc::bad_request));
    EXPECT_TRUE(fails_with(restore_store(path, dir / "absent.db"), errc::not_found));
    EXPECT_EQ(store.lists().select({}, 0, 9)->total, 1U);
}

}  // namespace
}  // namespace callstream::store
