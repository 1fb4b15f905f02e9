#include "engine/store/maintenance.hpp"
#include "engine/store/sqlite_store.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::store {
namespace {

using ::testing::ElementsAre;
using testing::fails_with;
using testing::has_value;
using strings = std::vector<std::string>;

class sqlite_entities_test : public ::testing::Test {
 protected:
    static result<void> put(sqlite_store& into, const std::vector<kept_entity>& all) {
        return into.entities().change([&](entity_editor& edit) -> result<void> {
            for (const auto& one : all) edit.put(one);
            return {};
        });
    }
    /// `kind id body` of each, with `!` for what a client made.
    static strings told(const entity_changes& changes) {
        strings out;
        for (const auto& e : changes.entities) {
            out.push_back(e.kind + " " + e.id + " " + e.body + (e.made ? "!" : ""));
        }
        return out;
    }
    strings all() { return told(store.entities().since({}).value()); }

    testing::temp_dir dir;
    std::filesystem::path path = dir / "store.db";
    sqlite_store store{path};
};

TEST_F(sqlite_entities_test, what_was_written_is_there_after_a_restart) {
    ASSERT_TRUE(has_value(
        put(store, {{"sample", "a'; --", R"({"x":"ä"})", true}, {"study", "a'; --", "{}"}})
    ));
    sqlite_store again(path);
    const auto kept = again.entities().since({}).value();
    EXPECT_TRUE(kept.all);
    EXPECT_THAT(told(kept), ElementsAre("sample a'; -- {\"x\":\"ä\"}!", "study a'; -- {}"));
}

TEST_F(sqlite_entities_test, a_later_body_takes_the_place_of_the_first) {
    ASSERT_TRUE(put(store, {{"sample", "a", "{}", true}, {"sample", "b", "{}"}}));
    ASSERT_TRUE(put(store, {{"sample", "a", R"({"x":1})"}}));
    EXPECT_THAT(all(), ElementsAre("sample a {\"x\":1}!", "sample b {}"));
}

TEST_F(sqlite_entities_test, an_edit_sees_what_it_did) {
    ASSERT_TRUE(has_value(store.entities().change([](entity_editor& edit) -> result<void> {
        EXPECT_FALSE(edit.find("sample", "a"));
        edit.put({"sample", "a", "{}", true});
        EXPECT_TRUE(edit.find("sample", "a")->made);
        EXPECT_FALSE(edit.find("study", "a"));
        return {};
    })));
}

TEST_F(sqlite_entities_test, what_fails_changes_nothing) {
    ASSERT_TRUE(put(store, {{"sample", "a", "{}"}}));
    const auto before = store.entities().version().value();
    const auto done = store.entities().change([](entity_editor& edit) -> result<void> {
        edit.put({"sample", "a", R"({"x":1})"});
        edit.put({"sample", "b", "{}"});
        return error{errc::bad_request, "no"};
    });
    EXPECT_TRUE(fails_with(done, errc::bad_request));
    EXPECT_EQ(store.entities().version().value(), before);
    EXPECT_THAT(all(), ElementsAre("sample a {}"));
}

TEST_F(sqlite_entities_test, only_what_changed_is_told_again) {
    ASSERT_TRUE(put(store, {{"sample", "a", "{}"}, {"sample", "b", "{}"}}));
    const auto first = store.entities().since({}).value();
    EXPECT_EQ(store.entities().version().value(), first.version);
    EXPECT_TRUE(told(store.entities().since(first.version).value()).empty());
    sqlite_store other(path);  // as another process
    ASSERT_TRUE(put(other, {{"sample", "b", R"({"x":1})"}, {"sample", "c", "{}"}}));
    EXPECT_NE(store.entities().version().value(), first.version);
    const auto more = store.entities().since(first.version).value();
    EXPECT_FALSE(more.all);
    EXPECT_THAT(told(more), ElementsAre("sample b {\"x\":1}", "sample c {}"));
}

TEST_F(sqlite_entities_test, counts_the_changes_of_this_process_also_those_that_failed) {
    sqlite_store other(path);
    const auto before = store.entities().changes_here();
    ASSERT_TRUE(put(other, {{"sample", "a", "{}"}}));
    EXPECT_EQ(store.entities().changes_here(), before);
    ASSERT_TRUE(store.entities().change([&](entity_editor& edit) -> result<void> {
        edit.put({"sample", "b", "{}"});
        EXPECT_EQ(store.entities().changes_here(), before) << "not before it is on the disk";
        return {};
    }));
    EXPECT_EQ(store.entities().changes_here(), before + 1);
    const auto refuse = [](entity_editor&) -> result<void> { return error{errc::conflict, ""}; };
    ASSERT_FALSE(store.entities().change(refuse));
    EXPECT_EQ(store.entities().changes_here(), before + 2);
}

TEST_F(sqlite_entities_test, an_edit_that_writes_nothing_is_no_change) {
    const auto before = store.entities().version().value();
    ASSERT_TRUE(put(store, {}));
    EXPECT_EQ(store.entities().version().value(), before);
}

TEST_F(sqlite_entities_test, a_restored_backup_is_told_as_a_whole) {
    ASSERT_TRUE(put(store, {{"sample", "a", "{}"}}));
    ASSERT_TRUE(has_value(back_up_store(path, dir / "backup.db")));
    ASSERT_TRUE(put(store, {{"sample", "b", "{}"}}));
    const auto known = store.entities().version().value();
    ASSERT_TRUE(has_value(restore_store(path, dir / "backup.db")));
    ASSERT_TRUE(put(store, {{"sample", "c", "{}"}}));
    EXPECT_EQ(store.entities().version().value().number, known.number);
    const auto now = store.entities().since(known).value();
    EXPECT_TRUE(now.all);
    EXPECT_THAT(told(now), ElementsAre("sample a {}", "sample c {}"));
}

TEST_F(sqlite_entities_test, what_would_not_fit_into_memory_is_refused) {
    ASSERT_TRUE(has_value(store.check()));
    database(path).execute("UPDATE entity_state SET bytes = 512 * 1024 * 1024 - 3");
    EXPECT_TRUE(fails_with(put(store, {{"sample", "a", "{   }"}}), errc::storage_full));
    EXPECT_TRUE(all().empty());
    EXPECT_TRUE(has_value(put(store, {{"sample", "a", "{}"}})));
    EXPECT_TRUE(fails_with(put(store, {{"sample", "b", "{}"}}), errc::storage_full));
    EXPECT_TRUE(has_value(put(store, {{"sample", "a", "{}"}}))) << "it takes no more room";
}

}  // namespace
}  // namespace callstream::store
