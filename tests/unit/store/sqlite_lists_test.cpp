#include "engine/store/sqlite_store.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace callstream::store {
namespace {

using ::testing::ElementsAre;
using testing::fails_with;
using testing::has_value;

constexpr std::int64_t now_s = 1'800'000'000;
using texts = std::vector<std::string>;

list_facts facts_of(std::string name, std::string type = "germplasm") {
    list_facts facts;
    facts.name = std::move(name);
    facts.type = std::move(type);
    return facts;
}

class sqlite_lists_test : public ::testing::Test {
 protected:
    void create(
        const std::string& id,
        const list_facts& facts,
        const texts& items = {},
        std::int64_t at = now_s
    ) {
        const auto done = lists.change(at, [&](list_editor& edit) -> result<void> {
            const auto list = edit.create(id);
            for (const auto& item : items) edit.add_item(list, item);
            edit.describe(list, facts);
            return {};
        });
        ASSERT_TRUE(has_value(done));
    }
    void append(const std::string& id, const texts& items, std::int64_t at) {
        const auto done = lists.change(at, [&](list_editor& edit) -> result<void> {
            const auto list = edit.find(id).value();
            for (const auto& item : items) edit.add_item(list.number, item);
            return {};
        });
        ASSERT_TRUE(has_value(done));
    }
    kept_list find(const std::string& id) { return lists.find(id).value().value(); }
    texts items(const std::string& id, std::uint64_t first = 0, std::uint64_t count = 100) {
        return lists.items(find(id), first, count).value();
    }
    texts ids(const list_query& wanted) {
        texts out;
        for (const auto& list : lists.select(wanted, 0, 100).value().page) out.push_back(list.id);
        return out;
    }

    testing::temp_dir dir;
    sqlite_store store{dir / "store.db"};
    list_store& lists = store.lists();
};

TEST_F(sqlite_lists_test, everything_that_was_said_comes_back) {
    list_facts facts = facts_of("it's; DROP TABLE lists; --", "markers");
    facts.description = "\xc3\xa4\xf0\x9f\x8c\xbd";
    facts.source = "";
    facts.owner_name = "Bob";
    facts.owner_id = "p1";
    facts.crop = "bean";
    facts.program_id = "prog";
    facts.additional_info = R"({"a":[1,2]})";
    facts.references = {{"b", "DOI"}, {"a", ""}};
    create("x", facts, {"one", "", "one", "a\"b"});
    const auto list = find("x");
    EXPECT_EQ(list.facts.name, facts.name);
    EXPECT_EQ(list.facts.type, "markers");
    EXPECT_EQ(list.facts.description, facts.description);
    EXPECT_EQ(list.facts.source, "");
    EXPECT_EQ(list.facts.owner_name, "Bob");
    EXPECT_EQ(list.facts.owner_id, "p1");
    EXPECT_EQ(list.facts.crop, "bean");
    EXPECT_EQ(list.facts.program_id, "prog");
    EXPECT_EQ(list.facts.additional_info, facts.additional_info);
    ASSERT_EQ(list.facts.references.size(), 2U);
    EXPECT_EQ(list.facts.references[0].id, "b");
    EXPECT_EQ(list.facts.references[1].source, "");
    EXPECT_EQ(list.created_s, now_s);
    EXPECT_EQ(list.modified_s, now_s);
    EXPECT_EQ(list.size, 4);
    EXPECT_THAT(items("x"), ElementsAre("one", "", "one", "a\"b"));
    EXPECT_THAT(items("x", 1, 2), ElementsAre("", "one"));
    EXPECT_THAT(items("x", 4), ElementsAre());
}

TEST_F(sqlite_lists_test, what_nobody_said_is_nothing) {
    create("x", facts_of("n"));
    const auto list = find("x");
    EXPECT_EQ(list.facts.description, std::nullopt);
    EXPECT_EQ(list.facts.additional_info, std::nullopt);
    EXPECT_TRUE(list.facts.references.empty());
    EXPECT_EQ(list.size, 0);
    EXPECT_EQ(lists.find("y").value(), std::nullopt);
}

TEST_F(sqlite_lists_test, items_are_appended_and_replaced) {
    create("x", facts_of("n"), {"a", "b"});
    create("y", facts_of("m"), {"z"});
    const auto before = find("x");
    append("x", {"c", "a"}, now_s + 5);
    EXPECT_THAT(items("x"), ElementsAre("a", "b", "c", "a"));
    EXPECT_EQ(find("x").size, 4);
    EXPECT_EQ(find("x").modified_s, now_s + 5);
    EXPECT_EQ(find("x").created_s, now_s);
    EXPECT_THAT(lists.items(before, 0, 2).value(), ElementsAre("a", "b")) << "those stay";

    const auto done = lists.change(now_s + 9, [&](list_editor& edit) -> result<void> {
        edit.clear_items(before.number);
        edit.add_item(before.number, "new");
        edit.add_item(edit.find("y").value().number, "zz");
        return {};
    });
    ASSERT_TRUE(has_value(done));
    EXPECT_THAT(items("x"), ElementsAre("new"));
    EXPECT_THAT(items("y"), ElementsAre("z", "zz"));
    EXPECT_EQ(find("y").size, 2);
    EXPECT_TRUE(fails_with(lists.items(before, 0, 2), errc::file_replaced));
}

TEST_F(sqlite_lists_test, a_change_that_fails_leaves_nothing) {
    create("x", facts_of("n"), {"a"});
    const auto half = [](list_editor& edit) {
        const auto old = edit.find("x").value();
        edit.clear_items(old.number);
        edit.add_item(old.number, "b");
        edit.add_item(edit.create("y"), "c");
    };
    const auto refused = lists.change(now_s, [&](list_editor& edit) -> result<void> {
        half(edit);
        return error{errc::bad_request, "no"};
    });
    EXPECT_TRUE(fails_with(refused, errc::bad_request));
    EXPECT_THROW(
        static_cast<void>(lists.change(
            now_s,
            [&](list_editor& edit) -> result<void> {
                half(edit);
                throw std::runtime_error("no");
            }
        )),
        std::runtime_error
    );
    EXPECT_THAT(items("x"), ElementsAre("a"));
    EXPECT_EQ(lists.find("y").value(), std::nullopt);
    EXPECT_EQ(lists.select({}, 0, 9).value().total, 1U);
}

TEST_F(sqlite_lists_test, are_selected_by_everything_that_is_known_of_them) {
    list_facts first = facts_of("one", "samples");
    first.source = "USER";
    first.owner_name = "Bob";
    first.owner_id = "p1";
    first.crop = "bean";
    first.program_id = "prog";
    first.references = {{"r1", "DOI"}, {"r2", "other"}};
    create("x", first, {}, now_s);
    create("y", facts_of("two"), {}, now_s + 10);
    const std::pair<list_query, texts> table[] = {
        {{}, {"x", "y"}},
        {{.ids = {"y", "z"}}, {"y"}},
        {{.ids = {"z"}}, {}},
        {{.names = {"one", "two"}}, {"x", "y"}},
        {{.names = {"One"}}, {}},
        {{.types = {"samples"}}, {"x"}},
        {{.sources = {"USER"}}, {"x"}},
        {{.owner_names = {"Bob"}}, {"x"}},
        {{.owner_ids = {"p1"}}, {"x"}},
        {{.crops = {"bean"}}, {"x"}},
        {{.program_ids = {"prog"}}, {"x"}},
        {{.reference_ids = {"r2"}}, {"x"}},
        {{.reference_sources = {"DOI"}}, {"x"}},
        {{.reference_ids = {"r1"}, .reference_sources = {"DOI"}}, {"x"}},
        {{.reference_ids = {"r1"}, .reference_sources = {"other"}}, {}},
        {{.created_min_ms = now_s * 1000 + 1}, {"y"}},
        {{.created_min_ms = now_s * 1000}, {"x", "y"}},
        {{.created_max_ms = now_s * 1000}, {"x"}},
        {{.modified_min_ms = (now_s + 10) * 1000}, {"y"}},
        {{.modified_max_ms = (now_s + 9) * 1000}, {"x"}},
        {{.names = {"two"}, .types = {"samples"}}, {}},
        {{.names = {"' OR 1=1 --", "\"]", "%"}}, {}},
    };
    for (const auto& [wanted, expected] : table) EXPECT_EQ(ids(wanted), expected);
}

TEST_F(sqlite_lists_test, are_paged_in_the_order_of_their_creation) {
    for (const char* id : {"c", "a", "b"}) create(id, facts_of(id));
    const auto page = lists.select({}, 1, 1).value();
    EXPECT_EQ(page.total, 3U);
    ASSERT_EQ(page.page.size(), 1U);
    EXPECT_EQ(page.page[0].id, "a");
    EXPECT_TRUE(lists.select({}, 3, 10).value().page.empty());
}

TEST_F(sqlite_lists_test, are_read_while_somebody_writes) {
    create("x", facts_of("n"), {"a"});
    const auto done = lists.change(now_s, [&](list_editor& edit) -> result<void> {
        edit.add_item(edit.find("x").value().number, "b");
        sqlite_store other(dir / "store.db");
        EXPECT_EQ(other.lists().find("x").value().value().size, 1) << "as it was before";
        EXPECT_EQ(find("x").size, 1);
        return {};
    });
    ASSERT_TRUE(has_value(done));
    EXPECT_EQ(find("x").size, 2);
}

}  // namespace
}  // namespace callstream::store
