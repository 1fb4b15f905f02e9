#include "server/auth/gate.hpp"

#include "engine/store/sqlite_store.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <string>

namespace callstream::auth {
namespace {

using mode = gate::mode;
using testing::fails_with;
using testing::has_value;

class gate_test : public ::testing::Test {
 protected:
    /// The token as it is handed out.
    std::string add(
        const std::string& name,
        const std::string& scope,
        std::optional<std::vector<std::string>> data_sets = {},
        std::optional<std::int64_t> expires_s = {}
    ) {
        const auto token = new_token();
        EXPECT_TRUE(has_value(store.tokens().add(
            {name, digest_of(token), scope, std::move(data_sets), 1, expires_s, {}}
        )));
        return token;
    }
    gate loaded(mode m) {
        return gate(m, store.tokens(), [this] { return now_s; });
    }

    testing::temp_dir dir;
    store::sqlite_store store{dir / "store.db"};
    std::int64_t now_s = 100;
};

TEST_F(gate_test, off_asks_nobody) {
    const auto open = loaded(mode::off);
    for (const char* junk : {"", "Bearer junk", "Basic eA==", "\x01"}) {
        const auto may = open.admit(scope::admin, junk);
        ASSERT_TRUE(has_value(may));
        EXPECT_TRUE((*may)->reaches_all());
    }
}

TEST_F(gate_test, a_token_allows_its_scope_and_those_before_it) {
    const std::string header = "Bearer ";
    const std::pair<std::string, std::array<bool, 4>> table[] = {
        {"read", {true, true, false, false}},
        {"write", {true, true, true, false}},
        {"admin", {true, true, true, true}}};
    for (const auto& [name, expected] : table) {
        const auto token = add(name, name);
        auto asked = loaded(mode::all);
        ASSERT_TRUE(has_value(asked.load()));
        const scope scopes[] = {scope::open, scope::read, scope::write, scope::admin};
        for (std::size_t i = 0; i < 4; ++i) {
            const auto may = asked.admit(scopes[i], header + token);
            EXPECT_EQ(may.has_value(), expected[i]) << name << i;
            if (!expected[i]) {
                EXPECT_TRUE(fails_with(may, errc::forbidden));
            }
        }
    }
}

TEST_F(gate_test, without_a_valid_token_there_is_nothing) {
    const auto token = add("lab", "admin");
    const auto old = add("old", "admin", {}, 100);
    const auto later = add("later", "read", {}, 101);
    const auto gone = add("gone", "admin");
    ASSERT_TRUE(store.tokens().revoke("gone", 50).value());
    auto asked = loaded(mode::all);
    ASSERT_TRUE(has_value(asked.load()));
    EXPECT_TRUE(has_value(asked.admit(scope::read, "bEARER   " + token)));
    EXPECT_TRUE(has_value(asked.admit(scope::read, "Bearer " + later)));
    for (const std::string& field :
         {std::string(),
          std::string("Bearer"),
          std::string("Bearer "),
          token,
          "Basic " + token,
          "Bearer" + token,
          "Bearer " + token + " ",
          "Bearer " + token + ", Bearer " + token,
          "Bearer " + token.substr(1),
          "Bearer " + token + "x",
          "Bearer " + old,
          "Bearer " + gone,
          "Bearer " + digest_of(token),
          "Bearer " + std::string(5000, 'x'),
          std::string("Bearer \0", 8)}) {
        for (const auto needed : {scope::read, scope::write, scope::admin}) {
            EXPECT_TRUE(fails_with(asked.admit(needed, field), errc::unauthorized)) << field;
        }
        const auto open = asked.admit(scope::open, field);
        if (open) {
            EXPECT_EQ((*open)->most, scope::open) << field;
        }
    }
    now_s = 101;
    EXPECT_TRUE(fails_with(asked.admit(scope::read, "Bearer " + later), errc::unauthorized));
}

TEST_F(gate_test, reading_may_be_open_while_writing_is_not) {
    const auto token = add("lab", "write");
    auto asked = loaded(mode::write);
    ASSERT_TRUE(has_value(asked.load()));
    EXPECT_TRUE(has_value(asked.admit(scope::read, "")));
    EXPECT_TRUE(has_value(asked.admit(scope::read, "Bearer ")));
    EXPECT_TRUE(fails_with(asked.admit(scope::write, ""), errc::unauthorized));
    EXPECT_TRUE(has_value(asked.admit(scope::write, "Bearer " + token)));
    EXPECT_TRUE(fails_with(asked.admit(scope::read, "Bearer junk"), errc::unauthorized));
}

TEST_F(gate_test, a_token_reaches_the_data_sets_it_is_for) {
    const auto some = add("some", "read", {{"b", "a"}});
    const auto none = add("none", "read", {std::vector<std::string>{}});
    auto asked = loaded(mode::all);
    ASSERT_TRUE(has_value(asked.load()));
    const auto may = asked.admit(scope::read, "Bearer " + some).value();
    EXPECT_FALSE(may->reaches_all());
    EXPECT_EQ(may->data_sets, (std::vector<std::string>{"a", "b"})) << "sorted";
    const auto nothing = asked.admit(scope::read, "Bearer " + none).value();
    EXPECT_EQ(nothing->data_sets, std::vector<std::string>{});
}

TEST_F(gate_test, hears_of_changes_by_itself) {
    auto asked = loaded(mode::all);
    ASSERT_TRUE(has_value(asked.start()));
    const auto token = "Bearer " + add("lab", "read");
    for (int i = 0; i < 100 && !asked.admit(scope::read, token); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    EXPECT_TRUE(has_value(asked.admit(scope::read, token)));
    ASSERT_TRUE(store.tokens().revoke("lab", 50).value());
    for (int i = 0; i < 100 && asked.admit(scope::read, token); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    EXPECT_TRUE(fails_with(asked.admit(scope::read, token), errc::unauthorized));
}

TEST_F(gate_test, does_not_start_without_its_tokens) {
    testing::write_file(dir / "junk.db", std::string(5000, 'x'));
    store::sqlite_store junk(dir / "junk.db");
    gate asked(mode::all, junk.tokens(), [] { return 0; });
    EXPECT_TRUE(fails_with(asked.start(), errc::storage_damaged));
}

}  // namespace
}  // namespace callstream::auth
