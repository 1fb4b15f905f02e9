#include "engine/store/sqlite_store.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callstream::store {
namespace {

using testing::has_value;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class sqlite_overlays_test : public ::testing::Test {
 protected:
    kept_overlays all() { return store.overlays().all().value(); }
    std::int64_t generation(const std::string& set) {
        for (const auto& one : all().generations) {
            if (one.variant_set == set) return one.generation;
        }
        return 0;
    }

    testing::temp_dir dir;
    sqlite_store store{dir / "store.db"};
    overlay_store& overlays = store.overlays();
};

TEST_F(sqlite_overlays_test, a_change_leaves_what_it_does_not_name) {
    ASSERT_TRUE(has_value(overlays.change({.kind = "callset", .id = "s~c", .name = "n"}, "s")));
    ASSERT_TRUE(has_value(overlays.change({.kind = "callset", .id = "s~c", .hidden_s = 7}, "s")));
    ASSERT_TRUE(
        has_value(overlays.change({.kind = "readgroupset", .id = "s~c", .reference_set = "r"}, ""))
    );
    const auto kept = all();
    ASSERT_THAT(kept.changes, SizeIs(2));
    EXPECT_EQ(kept.changes[0].name, "n");
    EXPECT_EQ(kept.changes[0].hidden_s, 7);
    EXPECT_FALSE(kept.changes[0].reference_set);
    EXPECT_EQ(kept.changes[1].reference_set, "r");
    EXPECT_EQ(generation("s"), 2) << "each change of a call set counts";
    ASSERT_TRUE(has_value(overlays.show("callset", "s~c")));
    EXPECT_FALSE(all().changes[0].hidden_s);
}

TEST_F(sqlite_overlays_test, created_call_sets_come_and_go) {
    ASSERT_TRUE(has_value(overlays.create(kept_call_set{"s~1", "s", "n", "x", "{}", 5})));
    EXPECT_TRUE(overlays.rename_call_set("s~1", "m").value());
    EXPECT_FALSE(overlays.rename_call_set("s~2", "m").value());
    ASSERT_THAT(all().call_sets, SizeIs(1));
    EXPECT_EQ(all().call_sets[0].name, "m");
    EXPECT_EQ(all().call_sets[0].created_ms, 5);
    EXPECT_TRUE(overlays.remove_call_set("s~1").value());
    EXPECT_FALSE(overlays.remove_call_set("s~1").value());
    EXPECT_THAT(all().call_sets, IsEmpty());
    EXPECT_EQ(generation("s"), 3);
}

TEST_F(sqlite_overlays_test, data_sets_that_were_hidden_long_ago_go_for_good) {
    for (const char* id : {"old", "filled", "new", "shown"})
        ASSERT_TRUE(has_value(overlays.create(kept_data_set{id, "n", "p", 1})));
    for (const char* kind : {"import reads", "export"}) {
        const std::string of = kind[0] == 'i' ? "filled" : "old";
        ASSERT_TRUE(has_value(store.operations().add(
            {.id = kind, .project = "p", .kind = kind, .request = R"({"datasetId":")" + of + "\"}"}
        )));
    }
    ASSERT_TRUE(has_value(overlays.change({.kind = "dataset", .id = "filled", .hidden_s = 99}, ""))
    );
    ASSERT_TRUE(has_value(overlays.change({.kind = "dataset", .id = "old", .hidden_s = 100}, "")));
    ASSERT_TRUE(has_value(overlays.change({.kind = "dataset", .id = "new", .hidden_s = 101}, "")));
    ASSERT_TRUE(has_value(overlays.change({.kind = "dataset", .id = "a_file", .hidden_s = 1}, "")));
    ASSERT_TRUE(has_value(overlays.purge_data_sets(100)));
    std::vector<std::string> left;
    for (const auto& set : all().data_sets) left.push_back(set.id);
    EXPECT_THAT(left, ::testing::ElementsAre("new", "shown"));
    EXPECT_THAT(all().changes, SizeIs(3)) << "what files have stays hidden";
}

TEST(sqlite_operations_test, end_once) {
    testing::temp_dir dir;
    sqlite_store store(dir / "store.db");
    auto& operations = store.operations();
    ASSERT_TRUE(has_value(operations.add(
        {.id = "a", .project = "p", .kind = "export", .request = "{}", .created_s = 5}
    )));
    ASSERT_TRUE(has_value(operations.add(
        {.id = "b", .project = "p", .kind = "export", .request = "{}", .created_s = 9}
    )));
    EXPECT_THAT(operations.running().value(), SizeIs(2));
    ASSERT_TRUE(has_value(operations.start("a", 6)));
    EXPECT_TRUE(operations.end("a", {operation_state::failure, 13, "why"}, 8).value());
    EXPECT_FALSE(operations.end("a", {}, 9).value());
    const auto ended = operations.find("a").value();
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->state, operation_state::failure);
    EXPECT_EQ(ended->started_s, 6);
    EXPECT_EQ(ended->ended_s, 8);
    EXPECT_EQ(ended->error_code, 13);
    EXPECT_EQ(ended->error_text, "why");
    EXPECT_FALSE(operations.find("c").value());
    const auto count = [&](const operation_query& q) {
        return operations.select(q).value().size();
    };
    EXPECT_EQ(count({.project = "p"}), 2U);
    EXPECT_EQ(count({.project = "q"}), 0U);
    EXPECT_EQ(count({.project = "p", .state = operation_state::running}), 1U);
    EXPECT_EQ(count({.project = "p", .created_min_s = 6}), 1U);
    EXPECT_EQ(count({.project = "p", .created_min_s = 5, .created_max_s = 9}), 2U);
}

}  // namespace
}  // namespace callstream::store
