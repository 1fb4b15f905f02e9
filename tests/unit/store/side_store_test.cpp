#include "engine/store/side_store.hpp"

#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <string>
#include <sys/resource.h>

namespace callstream::store {
namespace {

using testing::fails_with;
using testing::has_value;

constexpr std::int64_t now_s = 1'800'000'000;
constexpr std::int64_t week_s = 7 * 24 * 3600;

class side_store_test : public ::testing::Test {
 protected:
    testing::temp_dir dir;
    std::filesystem::path path = dir / "store.db";
};

TEST_F(side_store_test, a_search_is_kept_over_a_restart) {
    std::string body = "{\"a\":\"'; DROP TABLE searches; --\"}";
    body += '\0';
    body += "behind a zero byte";
    {
        side_store store(path);
        ASSERT_TRUE(has_value(store.keep_search("k", body, now_s)));
        EXPECT_EQ(store.find_search("k", now_s).value(), body);
    }
    side_store again(path);
    EXPECT_EQ(again.find_search("k", now_s).value(), body);
    EXPECT_EQ(again.find_search("other", now_s).value(), std::nullopt);
}

TEST_F(side_store_test, a_search_expires_a_week_after_it_was_last_posted) {
    side_store store(path);
    ASSERT_TRUE(store.keep_search("k", "b", now_s));
    EXPECT_TRUE(store.find_search("k", now_s + week_s).value());
    EXPECT_FALSE(store.find_search("k", now_s + week_s + 1).value());
    ASSERT_TRUE(store.keep_search("k", "b", now_s + week_s));
    EXPECT_TRUE(store.find_search("k", now_s + 2 * week_s).value());
    ASSERT_TRUE(store.keep_search("new", "b", now_s + 4 * week_s));
    EXPECT_FALSE(store.find_search("k", now_s).value()) << "it takes room no longer";
}

TEST_F(side_store_test, two_servers_share_it) {
    side_store one(path);
    side_store other(path);
    ASSERT_TRUE(one.keep_search("k", "b", now_s));
    EXPECT_EQ(other.find_search("k", now_s).value(), "b");
}

TEST_F(side_store_test, another_schema_is_not_touched) {
    { database(path).execute("PRAGMA user_version=99"); }
    EXPECT_THROW(side_store{path}, store_error);
    testing::write_file(dir / "junk.db", std::string(5000, 'x'));
    EXPECT_THROW(side_store{dir / "junk.db"}, store_error);
    EXPECT_THROW(side_store{dir / "absent" / "store.db"}, store_error);
}

TEST_F(side_store_test, what_cannot_be_written_now_is_said_and_nothing_is_half_there) {
    side_store store(path);
    ASSERT_TRUE(store.keep_search("k", "b", now_s));
    database holder(path);
    transaction held(holder);  // somebody else writes, for longer than anybody waits
    EXPECT_TRUE(fails_with(store.keep_search("x", "b", now_s), errc::unavailable));
    EXPECT_EQ(store.find_search("k", now_s).value(), "b") << "reading goes on";
    held.commit();
    EXPECT_FALSE(store.find_search("x", now_s).value());
    EXPECT_TRUE(store.keep_search("x", "b", now_s));
}

}  // namespace
}  // namespace callstream::store
