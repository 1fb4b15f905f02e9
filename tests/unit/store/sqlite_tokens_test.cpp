#include "engine/store/sqlite_store.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace callstream::store {
namespace {

using testing::fails_with;
using testing::has_value;

TEST(sqlite_tokens_test, are_kept_until_they_are_revoked) {
    const testing::temp_dir dir;
    sqlite_store store(dir / "store.db");
    auto& tokens = store.tokens();
    ASSERT_TRUE(has_value(tokens.add({"lab", "d1", "write", {{"a", "b~c"}}, 5, 9, {}})));
    ASSERT_TRUE(has_value(tokens.add({"all", "d2", "read", {}, 6, {}, {}})));
    ASSERT_TRUE(has_value(tokens.add({"none", "d3", "read", {std::vector<std::string>{}}, 7, {}, {}}
    )));
    EXPECT_TRUE(fails_with(tokens.add({"lab", "d4", "read", {}, 8, {}, {}}), errc::bad_request));

    auto all = tokens.all().value();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].name, "all");
    EXPECT_EQ(all[0].data_sets, std::nullopt);
    EXPECT_EQ(all[0].expires_s, std::nullopt);
    EXPECT_EQ(all[1].digest, "d1");
    EXPECT_EQ(all[1].scope, "write");
    EXPECT_EQ(all[1].data_sets, (std::vector<std::string>{"a", "b~c"}));
    EXPECT_EQ(all[1].created_s, 5);
    EXPECT_EQ(all[1].expires_s, 9);
    EXPECT_EQ(all[1].revoked_s, std::nullopt);
    EXPECT_EQ(all[2].data_sets, std::vector<std::string>{});

    EXPECT_TRUE(tokens.revoke("lab", 11).value());
    EXPECT_FALSE(tokens.revoke("lab", 12).value());
    EXPECT_FALSE(tokens.revoke("nobody", 12).value());
    EXPECT_EQ(tokens.all().value()[1].revoked_s, 11);
    ASSERT_TRUE(has_value(tokens.add({"lab", "d5", "read", {}, 13, {}, {}})));
    all = tokens.all().value();
    EXPECT_EQ(all[1].digest, "d5");
    EXPECT_EQ(all[1].revoked_s, std::nullopt);
}

}  // namespace
}  // namespace callstream::store
