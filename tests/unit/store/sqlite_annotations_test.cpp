#include "engine/store/sqlite_annotations.hpp"

#include "engine/store/sqlite_store.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace callstream::store {
namespace {

using testing::fails_with;
using testing::has_value;

constexpr std::int64_t now_s = 1'800'000'000;
const std::string hash_a(64, 'a');
const std::string hash_b(64, 'b');

const std::vector<annotation_reference> references = {
    {0, "d~ref~chr1", "chr1"}, {1, "d~ref~chr2", "chr2"}, {2, "d~ref~chrX", "chrX"}};

annotation_set make_set(const std::string& id, const std::string& name = "genes") {
    return {id, "data", "d~ref", name, "", "GENE", "{}"};
}

new_annotation make_annotation(
    std::int64_t start, std::int64_t end, const annotation_reference& on = references[0]
) {
    return {on, start, end, false, "n", std::nullopt, "{}"};
}

std::string count_text(const std::vector<std::int64_t>& numbers) {
    return std::to_string(numbers.size()) + " from " +
           (numbers.empty() ? "-" : std::to_string(numbers.front()));
}

class sqlite_annotations_test : public ::testing::Test {
 protected:
    std::int64_t create(const std::string& id, const std::string& name = "genes") {
        EXPECT_TRUE(has_value(kept().create(make_set(id, name))));
        return kept().find_set(id).value().value().number;
    }
    std::vector<std::int64_t> add(std::int64_t set, const std::vector<new_annotation>& all) {
        std::vector<std::int64_t> out;
        EXPECT_TRUE(has_value(kept().add(set, all, std::nullopt, [&](const auto& numbers) {
            out = numbers;
            return std::string();
        })));
        return out;
    }
    result<std::string> add_once(
        std::int64_t set, const std::string& request, const std::string& hash, std::int64_t when
    ) {
        return kept().add(set, {make_annotation(1, 2)}, {{request, hash, when}}, count_text);
    }
    std::size_t count(std::int64_t set) {
        return kept()
            .search({{set}, std::nullopt, std::nullopt}, 1'000'000)
            .value()
            .annotations.size();
    }
    annotation_store& kept() { return store->annotations(); }
    void restart() {
        store.reset();
        store = std::make_unique<sqlite_store>(path);
    }

    testing::temp_dir dir;
    std::filesystem::path path = dir / "store.db";
    std::unique_ptr<sqlite_store> store = std::make_unique<sqlite_store>(path);
};

TEST_F(sqlite_annotations_test, a_set_is_kept_changed_and_removed) {
    auto set = make_set("s");
    set.info = R"({"a":["b"]})";
    set.source_uri = "file:///x";
    ASSERT_TRUE(has_value(kept().create(set)));
    restart();
    auto found = kept().find_set("s").value().value();
    EXPECT_EQ(found.data_set, "data");
    EXPECT_EQ(found.reference_set, "d~ref");
    EXPECT_EQ(found.source_uri, "file:///x");
    EXPECT_EQ(found.info, set.info);
    found = kept().change_set("s", {"new", std::nullopt, "{}"}).value().value();
    EXPECT_EQ(found.name, "new");
    EXPECT_EQ(found.source_uri, "file:///x") << "not asked for";
    EXPECT_EQ(found.info, "{}");
    EXPECT_FALSE(kept().change_set("t", {"new", {}, {}}).value());
    EXPECT_TRUE(kept().remove_set("s").value());
    EXPECT_FALSE(kept().remove_set("s").value());
    EXPECT_FALSE(kept().find_set("s").value());
}

TEST_F(sqlite_annotations_test, sets_are_found_in_the_order_of_creation_at_any_page_size) {
    const std::vector<std::string> names = {"Genes of A", "variants", "GENES", "x", "genes"};
    for (std::size_t i = 0; i < names.size(); ++i) create("s" + std::to_string(i), names[i]);
    auto other = make_set("other");
    other.data_set = "elsewhere";
    other.reference_set = "d~old";
    other.type = "VARIANT";
    ASSERT_TRUE(kept().create(other));
    const auto ids = [&](const annotation_set_query& wanted, std::uint64_t size) {
        std::string out;
        for (std::int64_t after = 0;;) {
            const auto page = kept().select_sets(wanted, after, size).value();
            for (const auto& set : page.sets) out += set.id + " ";
            if (!page.more) return out;
            after = page.sets.back().number;
        }
    };
    for (const std::uint64_t size : {1, 2, 3, 100}) {
        EXPECT_EQ(ids({}, size), "s0 s1 s2 s3 s4 other ");
        EXPECT_EQ(ids({{"data"}, "", "gEnEs", {}}, size), "s0 s2 s4 ");
        EXPECT_EQ(ids({{"data", "elsewhere"}, "", "", {"VARIANT", "X"}}, size), "other ");
        EXPECT_EQ(ids({{}, "d~old", "", {}}, size), "other ");
        EXPECT_EQ(ids({{}, "", "%", {}}, size), "");
    }
}

TEST_F(sqlite_annotations_test, an_annotation_is_kept_changed_and_removed) {
    const auto set = create("s");
    auto a = make_annotation(5, 9, references[2]);
    a.details = "{\"x\":1}";
    a.reverse_strand = true;
    const auto number = add(set, {a}).front();
    restart();
    auto found = kept().find(set, number).value().value();
    EXPECT_EQ(found.reference_id, "d~ref~chrX");
    EXPECT_EQ(found.reference_name, "chrX");
    EXPECT_EQ(found.place.start, 5);
    EXPECT_EQ(found.end, 9);
    EXPECT_TRUE(found.reverse_strand);
    EXPECT_EQ(found.details, "{\"x\":1}");
    EXPECT_FALSE(kept().find(set + 1, number).value()) << "of another set";
    found = kept().change(set, number, {"m", std::nullopt, std::nullopt}).value().value();
    EXPECT_EQ(found.name, "m");
    EXPECT_TRUE(found.details.has_value());
    found = kept()
                .change(set, number, {{}, std::optional<std::string>(), "{\"y\":[]}"})
                .value()
                .value();
    EXPECT_EQ(found.name, "m");
    EXPECT_FALSE(found.details.has_value());
    EXPECT_EQ(found.info, "{\"y\":[]}");
    EXPECT_FALSE(kept().change(set, number + 1, {"m", {}, {}}).value());
    EXPECT_TRUE(kept().remove(set, number).value());
    EXPECT_FALSE(kept().remove(set, number).value());
    EXPECT_EQ(count(set), 0U);
    EXPECT_GT(add(set, {a}).front(), number) << "numbers are not used again";
}

TEST_F(sqlite_annotations_test, references_keep_their_places) {
    const auto set = create("s");
    add(set, {make_annotation(1, 2, references[2]), make_annotation(1, 2, references[0])});
    // The file was replaced since: another sequence is at this place.
    add(set,
        {make_annotation(1, 2, {0, "d~ref~chr0", "chr0"}),
         make_annotation(1, 2, {7, "d~ref~chrX", "chrX"})});
    std::string order;
    for (const auto& a : kept().search({{set}, {}, {}}, 10).value().annotations)
        order += a.reference_name + std::to_string(a.place.rank) + " ";
    EXPECT_EQ(order, "chr10 chrX2 chrX2 chr03 ");
    EXPECT_TRUE(kept().knows_reference({set}, "d~ref~chrX").value());
    EXPECT_FALSE(kept().knows_reference({set}, "d~ref~chr2").value());
}

TEST_F(sqlite_annotations_test, a_request_is_answered_once) {
    const auto set = create("s");
    const auto other = create("t");
    const auto first = add_once(set, "r", hash_a, now_s).value();
    restart();
    EXPECT_EQ(add_once(set, "r", hash_a, now_s + 1).value(), first);
    EXPECT_EQ(kept().answer_to(set, {"r", hash_a, now_s}).value(), first);
    EXPECT_EQ(count(set), 1U);
    EXPECT_TRUE(fails_with(add_once(set, "r", hash_b, now_s), errc::bad_request));
    EXPECT_TRUE(fails_with(kept().answer_to(set, {"r", hash_b, now_s}), errc::bad_request));
    EXPECT_NE(add_once(other, "r", hash_b, now_s).value(), first) << "of another set";
    EXPECT_FALSE(kept().answer_to(set, {"q", hash_a, now_s}).value());
    EXPECT_TRUE(fails_with(add_once(99, "r", hash_a, now_s), errc::not_found));
}

TEST_F(sqlite_annotations_test, old_answers_go_and_all_have_a_bound) {
    const auto set = create("s");
    ASSERT_TRUE(add_once(set, "old", hash_a, now_s));
    restart();
    ASSERT_TRUE(add_once(set, "young", hash_a, now_s + annotation_store::answers_kept_s));
    EXPECT_TRUE(kept().answer_to(set, {"old", hash_a, now_s}).value()) << "a day is not over";
    restart();
    ASSERT_TRUE(add_once(set, "now", hash_a, now_s + annotation_store::answers_kept_s + 1));
    EXPECT_FALSE(kept().answer_to(set, {"old", hash_a, now_s}).value());
    EXPECT_TRUE(kept().answer_to(set, {"young", hash_a, now_s}).value());
    const std::string quarter(annotation_store::answer_bytes_max / 4, 'x');
    for (int i = 0; i < 5; ++i) {
        const annotation_request request{std::to_string(i), hash_a, now_s + 90'000 + i};
        ASSERT_TRUE(has_value(kept().add(set, {}, request, [&](const auto&) { return quarter; })));
    }
    EXPECT_FALSE(kept().answer_to(set, {"0", hash_a, now_s}).value());
    EXPECT_FALSE(kept().answer_to(set, {"now", hash_a, now_s}).value());
    for (const auto* id : {"1", "2", "3", "4"})
        EXPECT_TRUE(kept().answer_to(set, {id, hash_a, now_s}).value()) << id;
}

TEST_F(sqlite_annotations_test, nothing_is_left_when_an_answer_cannot_be_made) {
    const auto set = create("s");
    const annotation_request request{"r", hash_a, now_s};
    EXPECT_THROW(
        (void)kept().add(
            set,
            {make_annotation(1, 2)},
            request,
            [](const auto&) -> std::string { throw std::runtime_error("no"); }
        ),
        std::runtime_error
    );
    EXPECT_EQ(count(set), 0U);
    EXPECT_FALSE(kept().answer_to(set, request).value());
}

TEST_F(sqlite_annotations_test, a_large_set_is_removed_with_all_that_is_in_it) {
    const auto set = create("s");
    const auto other = create("t");
    add(set, std::vector<new_annotation>(25'000, make_annotation(1, 2)));
    add(other, {make_annotation(1, 2)});
    ASSERT_TRUE(add_once(set, "r", hash_a, now_s));
    EXPECT_TRUE(kept().remove_set("s").value());
    EXPECT_EQ(count(set), 0U);
    EXPECT_EQ(count(other), 1U);
    database db(path, database::access::read_only);
    for (const auto* table : {"annotation_sets", "annotations", "annotation_references"}) {
        auto rows = db.prepare(std::string("SELECT count(*) FROM ") + table);
        rows.step();
        EXPECT_EQ(rows.number(0), 1) << table;
    }
}

TEST_F(sqlite_annotations_test, a_removal_that_was_cut_short_is_finished_by_the_next) {
    const auto set = create("s");
    create("t");
    add(set, {make_annotation(1, 2)});
    {
        database db(path);
        db.execute("UPDATE annotation_sets SET data_set = '' WHERE id = 's'");
    }
    EXPECT_FALSE(kept().find_set("s").value());
    EXPECT_TRUE(fails_with(add_once(set, "r", hash_a, now_s), errc::not_found));
    EXPECT_TRUE(kept().remove_set("t").value());
    EXPECT_EQ(count(set), 0U);
}

TEST_F(sqlite_annotations_test, an_annotation_without_bases_is_found_at_its_start) {
    const auto set = create("s");
    add(set, {make_annotation(0, 0), make_annotation(5, 5)});
    const auto found = [&](std::int64_t start, std::int64_t end) {
        annotation_region region{"", "chr1", start, end};
        return kept().search({{set}, region, {}}, 10).value().annotations.size();
    };
    EXPECT_EQ(found(0, 1), 1U);
    EXPECT_EQ(found(1, 5), 0U);
    EXPECT_EQ(found(5, 6), 1U);
    EXPECT_EQ(found(0, 6), 2U);
    EXPECT_EQ(found(4, 5), 0U);
}

TEST_F(sqlite_annotations_test, a_page_of_large_annotations_is_shorter) {
    const auto set = create("s");
    auto large = make_annotation(1, 2);
    large.info = "{\"x\":[\"" + std::string(annotation_store::page_bytes_max / 2, 'x') + "\"]}";
    add(set, {large, large, large, large});
    auto page = kept().search({{set}, {}, {}}, 10).value();
    EXPECT_EQ(page.annotations.size(), 2U);
    EXPECT_TRUE(page.more);
    page = kept().search({{set}, {}, page.annotations.back().place}, 10).value();
    EXPECT_EQ(page.annotations.size(), 2U);
    EXPECT_FALSE(page.more);
}

/// Every search beside a plain scan of what was added.
class annotation_search_test : public sqlite_annotations_test {
 protected:
    struct known {
        std::int64_t set;
        std::int64_t rank;
        std::int64_t start;
        std::int64_t number;
        std::int64_t end;
        auto key() const { return std::tuple(rank, start, number); }
    };

    void fill(std::int64_t set, int size) {
        std::vector<new_annotation> batch;
        std::vector<std::int64_t> ranks;
        for (int i = 0; i < size; ++i) {
            const auto rank = pick(0, 2);
            const auto length = pick(0, (std::int64_t{1} << pick(0, 27)));
            const auto start = pick(0, pick(0, 4) == 0 ? 60 : 200'000'000);
            batch.push_back(make_annotation(
                start,
                start + std::min<std::int64_t>(length, 100'000'000),
                references[static_cast<std::size_t>(rank)]
            ));
            ranks.push_back(rank);
        }
        const auto numbers = add(set, batch);
        for (std::size_t i = 0; i < batch.size(); ++i)
            all.push_back({set, ranks[i], batch[i].start, numbers[i], batch[i].end});
    }

    std::vector<std::int64_t> scan(const annotation_query& wanted) const {
        std::vector<known> found;
        for (const auto& a : all) {
            if (std::find(wanted.sets.begin(), wanted.sets.end(), a.set) == wanted.sets.end())
                continue;
            if (wanted.region) {
                const auto& region = *wanted.region;
                if (references[static_cast<std::size_t>(a.rank)].name != region.reference_name)
                    continue;
                if (a.start >= region.end || std::max(a.end, a.start + 1) <= region.start) continue;
            }
            found.push_back(a);
        }
        std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
            return a.key() < b.key();
        });
        std::vector<std::int64_t> numbers;
        for (const auto& a : found) numbers.push_back(a.number);
        return numbers;
    }

    std::vector<std::int64_t> pages(annotation_query wanted, std::uint64_t size) {
        std::vector<std::int64_t> numbers;
        for (;;) {
            const auto page = kept().search(wanted, size).value();
            for (const auto& a : page.annotations) numbers.push_back(a.place.number);
            EXPECT_LE(page.annotations.size(), size);
            if (!page.more) return numbers;
            EXPECT_EQ(page.annotations.size(), size);
            wanted.after = page.annotations.back().place;
        }
    }

    std::int64_t pick(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random);
    }

    std::mt19937_64 random{20'161'004};
    std::vector<known> all;
};

TEST_F(annotation_search_test, every_search_finds_what_a_plain_scan_finds) {
    std::vector<std::int64_t> sets;
    for (const auto* id : {"s", "t", "u"}) sets.push_back(create(id));
    for (int round = 0; round < 4; ++round) {
        for (const auto set : sets) fill(set, 200);
    }
    restart();
    for (int i = 0; i < 400; ++i) {
        annotation_query wanted;
        for (const auto set : sets)
            if (pick(0, 1) == 1) wanted.sets.push_back(set);
        if (pick(0, 9) != 0) {
            annotation_region region;
            region.reference_name = references[static_cast<std::size_t>(pick(0, 2))].name;
            region.start = pick(0, pick(0, 1) == 0 ? 100 : 210'000'000);
            if (pick(0, 3) != 0) region.end = region.start + pick(1, 1 << pick(0, 27));
            wanted.region = region;
        }
        const auto expected = scan(wanted);
        for (const std::uint64_t size : {pick(1, 5), pick(1, 100), std::int64_t{2048}}) {
            if (expected.size() / size > 60) continue;  // takes long and shows no more
            ASSERT_EQ(pages(wanted, size), expected) << "search " << i << ", pages of " << size;
        }
    }
}

TEST_F(annotation_search_test, a_reference_can_be_given_by_its_id) {
    const auto set = create("s");
    fill(set, 100);
    annotation_region region;
    region.reference_id = "d~ref~chr2";
    annotation_region same;
    same.reference_name = "chr2";
    EXPECT_EQ(pages({{set}, region, {}}, 7), scan({{set}, same, {}}));
    region.reference_id = "other~ref~chr2";
    EXPECT_TRUE(pages({{set}, region, {}}, 7).empty());
}

TEST_F(annotation_search_test, all_walks_go_through_the_index) {
    const auto set = create("s");
    fill(set, 10);
    database db(path, database::access::read_only);
    for (const auto* sql :
         {"SELECT start, number FROM annotations INDEXED BY annotations_by_place "
          "WHERE annotation_set = ?1 AND reference = ?2 AND level = ?3 "
          "AND (start, number) > (?4, ?5) AND start < ?6 AND max(\"end\", start + 1) > ?7 "
          "ORDER BY start, number",
          "SELECT min(level) FROM annotations WHERE annotation_set = ?1 AND reference = ?2 "
          "AND level > ?3",
          "SELECT min(reference) FROM annotations WHERE annotation_set = ?1 AND reference >= ?2"}) {
        auto plan = db.prepare(std::string("EXPLAIN QUERY PLAN ") + sql);
        while (plan.step()) {
            EXPECT_NE(plan.text(3).find("COVERING INDEX annotations_by_place"), std::string::npos)
                << plan.text(3);
        }
    }
}

}  // namespace
}  // namespace callstream::store
