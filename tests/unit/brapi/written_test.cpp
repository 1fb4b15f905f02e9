#include "server/brapi/written.hpp"

#include "engine/store/sqlite_store.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace callstream::brapi {
namespace {

using testing::has_value;

/// Counts how often somebody looks, fails when it is told to, and may be disturbed meanwhile.
class watched_entities : public store::entity_store {
 public:
    explicit watched_entities(store::entity_store& kept) : kept_(kept) {}

    result<void> change(const std::function<result<void>(store::entity_editor&)>& edit) override {
        return kept_.change(edit);
    }
    result<store::entity_version> version() override {
        ++looks;
        if (broken) return error{errc::storage_damaged, "it is broken"};
        auto version = kept_.version();
        if (after_look) after_look();
        return version;
    }
    result<store::entity_changes> since(const store::entity_version& known) override {
        return kept_.since(known);
    }
    std::uint64_t changes_here() const noexcept override { return kept_.changes_here(); }

    std::atomic<int> looks{0};
    bool broken = false;
    std::function<void()> after_look;

 private:
    store::entity_store& kept_;
};

class watched_store : public store::side_store {
 public:
    explicit watched_store(const std::filesystem::path& path) : kept_(path) {}

    result<void> check() override { return kept_.check(); }
    bool usable() const noexcept override { return kept_.usable(); }
    store::search_store& searches() override { return kept_.searches(); }
    store::list_store& lists() override { return kept_.lists(); }
    store::operation_store& operations() override { return kept_.operations(); }
    store::order_store& orders() override { return kept_.orders(); }
    store::overlay_store& overlays() override { return kept_.overlays(); }
    store::token_store& tokens() override { return kept_.tokens(); }
    store::annotation_store& annotations() override { return kept_.annotations(); }
    store::entity_store& entities() override { return watched; }

 private:
    store::sqlite_store kept_;

 public:
    watched_entities watched{kept_.entities()};
};

class written_test : public ::testing::Test {
 protected:
    static result<void> put(store::side_store& into, const std::string& id) {
        return into.entities().change([&](store::entity_editor& edit) -> result<void> {
            edit.put({"study", id, "{}", true});
            return {};
        });
    }
    /// Whether it is there, without trouble.
    static bool has(const written_entities::state& state, const std::string& id) {
        return !state.trouble && state.now->find(entity_type::study, id) != nullptr;
    }
    bool has(const std::string& id) { return has(wrote.current(), id); }
    void pass(std::chrono::milliseconds time) { now += time; }

    testing::temp_dir dir;
    std::filesystem::path path = dir / "store.db";
    watched_store store{path};
    written_entities::clock::time_point now = written_entities::clock::now();
    written_entities wrote{store, [this] { return now; }};
};

TEST_F(written_test, nobody_looks_again_within_a_tenth_of_a_second) {
    EXPECT_EQ(wrote.known(), nullptr) << "nobody has looked yet";
    const auto first = wrote.current().now;
    pass(written_entities::trusted_for - std::chrono::milliseconds(1));
    EXPECT_EQ(wrote.known(), first);
    EXPECT_EQ(wrote.current().now, first);
    EXPECT_EQ(store.watched.looks, 1);
    pass(std::chrono::milliseconds(1));
    EXPECT_EQ(wrote.known(), nullptr);
    EXPECT_EQ(wrote.current().now, first) << "the same while nothing changed";
    EXPECT_EQ(store.watched.looks, 2);
}

TEST_F(written_test, what_is_written_here_is_known_at_once) {
    EXPECT_FALSE(has("a"));
    ASSERT_TRUE(has_value(put(store, "a")));
    EXPECT_EQ(wrote.known(), nullptr);
    EXPECT_TRUE(has("a"));
    EXPECT_NE(wrote.known(), nullptr);
}

TEST_F(written_test, what_another_process_writes_is_known_when_somebody_looks_again) {
    EXPECT_FALSE(has("a"));
    store::sqlite_store other(path);
    ASSERT_TRUE(has_value(put(other, "a")));
    EXPECT_FALSE(has("a"));
    pass(written_entities::trusted_for);
    EXPECT_TRUE(has("a"));
}

TEST_F(written_test, what_is_written_while_somebody_looks_is_looked_for_by_the_next) {
    store.watched.after_look = [this] {
        store.watched.after_look = nullptr;
        ASSERT_TRUE(has_value(put(store, "a")));
    };
    wrote.current();
    EXPECT_EQ(wrote.known(), nullptr);
    EXPECT_TRUE(has("a"));
}

TEST_F(written_test, a_change_that_failed_may_have_been_one) {
    wrote.current();
    const auto done = store.entities().change([](store::entity_editor&) -> result<void> {
        return error{errc::bad_request, "no"};
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(wrote.known(), nullptr);
    EXPECT_NE(wrote.current().now, nullptr);
    EXPECT_EQ(store.watched.looks, 2);
}

TEST_F(written_test, a_store_that_breaks_is_told_and_asked_until_it_is_whole_again) {
    ASSERT_TRUE(has_value(put(store, "a")));
    ASSERT_TRUE(has("a"));
    store.watched.broken = true;
    EXPECT_TRUE(has("a")) << "nobody has noticed yet";
    pass(written_entities::trusted_for);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(wrote.known(), nullptr);
        const auto state = wrote.current();
        ASSERT_TRUE(state.trouble);
        EXPECT_NE(state.now->find(entity_type::study, "a"), nullptr) << "as of earlier";
    }
    EXPECT_EQ(store.watched.looks, 4);
    store.watched.broken = false;
    EXPECT_TRUE(has("a"));
    EXPECT_NE(wrote.known(), nullptr);
}

TEST_F(written_test, trouble_behind_a_write_of_our_own_is_told_at_once) {
    wrote.current();
    ASSERT_TRUE(has_value(put(store, "a")));
    store.watched.broken = true;
    EXPECT_TRUE(wrote.current().trouble);
}

TEST_F(written_test, each_of_many_writers_finds_what_it_wrote) {
    constexpr int writers = 8;
    std::atomic<int> missed{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < writers; ++t) {
            threads.emplace_back([this, t, &missed] {
                for (int i = 0; i < 10; ++i) {
                    const auto id = std::to_string(t) + " " + std::to_string(i);
                    if (!put(store, id) || !has(wrote.current(), id)) ++missed;
                }
            });
        }
    }
    EXPECT_EQ(missed, 0);
    EXPECT_EQ(wrote.current().now->all(entity_type::study).size(), std::size_t{writers} * 10);
}

}  // namespace
}  // namespace callstream::brapi
