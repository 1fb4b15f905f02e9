#include "engine/store/sqlite_store.hpp"

#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <string>
#include <sys/resource.h>
#include <vector>

namespace callstream::store {
namespace {

using testing::fails_with;
using testing::has_value;

constexpr std::int64_t now_s = 1'800'000'000;
constexpr std::int64_t week_s = 7 * 24 * 3600;

class sqlite_store_test : public ::testing::Test {
 protected:
    testing::temp_dir dir;
    std::filesystem::path path = dir / "store.db";
};

TEST_F(sqlite_store_test, a_search_is_kept_over_a_restart) {
    std::string body = "{\"a\":\"'; DROP TABLE searches; --\"}";
    body += '\0';
    body += "behind a zero byte";
    {
        sqlite_store store(path);
        ASSERT_TRUE(has_value(store.searches().keep("k", body, now_s)));
        EXPECT_EQ(store.searches().find("k", now_s).value(), body);
    }
    sqlite_store again(path);
    EXPECT_EQ(again.searches().find("k", now_s).value(), body);
    EXPECT_EQ(again.searches().find("other", now_s).value(), std::nullopt);
}

TEST_F(sqlite_store_test, a_search_expires_a_week_after_it_was_last_posted) {
    sqlite_store store(path);
    ASSERT_TRUE(store.searches().keep("k", "b", now_s));
    EXPECT_TRUE(store.searches().find("k", now_s + week_s).value());
    EXPECT_FALSE(store.searches().find("k", now_s + week_s + 1).value());
    ASSERT_TRUE(store.searches().keep("k", "b", now_s + week_s));
    EXPECT_TRUE(store.searches().find("k", now_s + 2 * week_s).value());
    ASSERT_TRUE(store.searches().keep("new", "b", now_s + 4 * week_s));
    EXPECT_FALSE(store.searches().find("k", now_s).value()) << "it takes room no longer";
}

TEST_F(sqlite_store_test, the_oldest_searches_make_room_for_new_ones) {
    sqlite_store store(path);
    auto& searches = store.searches();
    const std::string half(search_store::bytes_max / 8, 'x');
    for (int i = 0; i < 8; ++i) {
        ASSERT_TRUE(has_value(searches.keep(std::to_string(i), half, now_s + i)));
    }
    EXPECT_TRUE(searches.find("0", now_s).value()) << "all of them fit exactly";
    ASSERT_TRUE(has_value(searches.keep("new", "b", now_s + 7)));
    EXPECT_FALSE(searches.find("0", now_s).value());
    EXPECT_TRUE(searches.find("1", now_s).value());
    EXPECT_EQ(searches.find("new", now_s).value(), "b");
}

TEST_F(sqlite_store_test, two_servers_share_it) {
    sqlite_store one(path);
    sqlite_store other(path);
    ASSERT_TRUE(one.searches().keep("k", "b", now_s));
    EXPECT_EQ(other.searches().find("k", now_s).value(), "b");
}

TEST_F(sqlite_store_test, what_is_no_store_of_ours_is_not_touched) {
    { database(path).execute("PRAGMA user_version=99"); }
    const std::string junk(5000, 'x');
    testing::write_file(dir / "junk.db", junk);
    for (const auto& unusable : {path, dir / "junk.db"}) {
        sqlite_store store(unusable);
        EXPECT_TRUE(fails_with(store.check(), errc::storage_damaged)) << unusable;
        EXPECT_FALSE(store.usable());
        EXPECT_TRUE(fails_with(store.searches().keep("k", "b", now_s), errc::storage_damaged));
        EXPECT_TRUE(fails_with(store.searches().find("k", now_s), errc::storage_damaged));
    }
    EXPECT_EQ(testing::read_file(dir / "junk.db"), junk);
}

TEST_F(sqlite_store_test, is_used_as_soon_as_it_can_be_opened) {
    sqlite_store store(dir / "absent" / "store.db");
    EXPECT_TRUE(fails_with(store.check(), errc::unavailable));
    EXPECT_FALSE(store.usable());
    std::filesystem::create_directory(dir / "absent");
    EXPECT_TRUE(has_value(store.searches().keep("k", "b", now_s)));
    EXPECT_TRUE(store.usable());
}

TEST_F(sqlite_store_test, a_store_of_the_first_version_keeps_what_it_has) {
    {
        database old(path);
        old.execute(
            "CREATE TABLE searches (key TEXT PRIMARY KEY, body TEXT NOT NULL, kept_s INTEGER NOT "
            "NULL) STRICT, WITHOUT ROWID; CREATE INDEX searches_by_age ON searches (kept_s);"
            "INSERT INTO searches VALUES ('k', 'b', 1800000000); PRAGMA user_version=1"
        );
    }
    sqlite_store store(path);
    EXPECT_EQ(store.searches().find("k", now_s).value(), "b");
    EXPECT_EQ(store.lists().select({}, 0, 10).value().total, 0U);
}

TEST_F(sqlite_store_test, a_store_of_any_earlier_version_is_brought_up_to_date) {
    // What each version added, taken away again.
    const std::vector<const char*> added = {
        "DROP TABLE created_variant_sets; ALTER TABLE overlays DROP COLUMN description; "
        "ALTER TABLE overlays DROP COLUMN metadata; ALTER TABLE operations DROP COLUMN response; "
        "PRAGMA user_version=7",
        "DROP TABLE entities; DROP TABLE entity_state; PRAGMA user_version=6",
        "DROP TABLE annotation_batches; DROP TABLE annotations; DROP TABLE annotation_references; "
        "DROP TABLE annotation_sets; DROP TABLE created_data_sets; DROP TABLE created_call_sets; "
        "DROP TABLE overlays; DROP TABLE overlay_generations; DROP TABLE operations; "
        "PRAGMA user_version=5",
        "ALTER TABLE searches DROP COLUMN bytes; PRAGMA user_version=4",
        "DROP TABLE result_files; DROP TABLE orders; DROP TABLE plates; DROP TABLE submissions; "
        "PRAGMA user_version=3",
        "DROP TABLE tokens; PRAGMA user_version=2",
        "DROP TABLE list_items; DROP TABLE list_references; DROP TABLE lists; "
        "PRAGMA user_version=1",
    };
    for (std::size_t back = 1; back <= added.size(); ++back) {
        SCOPED_TRACE(back);
        path = dir / ("store" + std::to_string(back) + ".db");
        {
            sqlite_store store(path);
            ASSERT_TRUE(store.searches().keep("k", "b", now_s));
            ASSERT_TRUE(store.tokens().add({"n", "d", "read", {}, 1, {}, {}}));
            ASSERT_TRUE(store.lists().change(1, [](list_editor& edit) -> result<void> {
                edit.add_item(edit.create("l"), "i");
                return {};
            }));
        }
        for (std::size_t i = 0; i < back; ++i) database(path).execute(added[i]);
        sqlite_store store(path);
        EXPECT_EQ(store.searches().find("k", now_s).value(), "b");
        EXPECT_EQ(store.lists().select({}, 0, 9).value().total, back < 7 ? 1U : 0U);
        EXPECT_EQ(store.tokens().all().value().size(), back < 6 ? 1U : 0U);
        EXPECT_TRUE(has_value(store.orders().submit({"s", "c", "t", 0, {}})));
        EXPECT_TRUE(has_value(store.tokens().add({"m", "e", "read", {}, 1, {}, {}})));
        EXPECT_EQ(store.entities().version().value().number, 0);
        ASSERT_TRUE(has_value(store.entities().change([](entity_editor& edit) -> result<void> {
            edit.put({"sample", "s", "{}"});
            return {};
        })));
        EXPECT_EQ(store.entities().since({}).value().entities.size(), 1U);
    }
}

TEST_F(sqlite_store_test, what_cannot_be_written_now_is_said_and_nothing_is_half_there) {
    sqlite_store store(path);
    ASSERT_TRUE(store.searches().keep("k", "b", now_s));
    database holder(path);
    transaction held(holder);  // somebody else writes, for longer than anybody waits
    EXPECT_TRUE(fails_with(store.searches().keep("x", "b", now_s), errc::unavailable));
    EXPECT_EQ(store.searches().find("k", now_s).value(), "b") << "reading goes on";
    held.commit();
    EXPECT_FALSE(store.searches().find("x", now_s).value());
    EXPECT_TRUE(store.searches().keep("x", "b", now_s));
}

}  // namespace
}  // namespace callstream::store
