#include "engine/variants/selection.hpp"

#include "tests/support/results.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callstream::variants {
namespace {

using ::testing::ElementsAre;
using testing::fails_with;
using ::testing::IsEmpty;
using testing::vcf_builder;

std::vector<std::uint64_t> ordinals_of(const selection& s) {
    std::vector<std::uint64_t> out;
    for (std::uint64_t rank = 0; rank < s.size(); ++rank) out.push_back(s[rank]);
    return out;
}

TEST(selection, is_in_file_order_and_has_each_once) {
    const selection s({7, 2, 7, 4});
    EXPECT_THAT(ordinals_of(s), ElementsAre(2, 4, 7));
    EXPECT_EQ(s.rank_of(0), 0U);
    EXPECT_EQ(s.rank_of(4), 1U);
    EXPECT_EQ(s.rank_of(5), 2U);
    EXPECT_EQ(s.rank_of(8), 3U);
}

/// Contig 1 with six records, an empty file, contigs 1 and 2 with four more.
class select_variants_test : public ::testing::Test {
 protected:
    void SetUp() override {
        const std::vector<std::string> cells = {"0|1", "1|1"};
        vcf_builder first;
        for (const char* name : {"a", "b;c", ".", ".", "a"})
            first.record("1", 100, "GT", cells, name);
        first.record("1", 250, "GT", cells);
        add(first);
        add(vcf_builder());
        vcf_builder last;
        last.record("1", 300, "GT", cells, "rs:9").record("1", 301, "GT", cells, "1:250");
        last.record("2", 100, "GT", cells).record("2", 100, "GT", cells, "b");
        add(last);
    }
    void add(const vcf_builder& file) {
        const auto path = dir / (std::to_string(files.size()) + ".vcf.gz");
        file.write_vcf_gz(path, 200);
        files.push_back(variant_file::open(path).value());
    }
    std::vector<std::uint64_t> chosen(const wanted_variants& wanted) {
        for (const auto& file : files) EXPECT_TRUE(file->make_index(dir / "state", {}));
        return ordinals_of(select_variants(set_view(files), wanted).value());
    }

    testing::temp_dir dir;
    file_list files;
};

TEST_F(select_variants_test, by_place_and_number) {
    EXPECT_THAT(
        chosen({.places = {{"1", 99, 1}, {"1", 99, 5}, {"1", 249, 1}}}), ElementsAre(0, 4, 5)
    );
    EXPECT_THAT(
        chosen({.places = {{"2", 99, 2}, {"1", 299, 1}, {"2", 99, 1}}}), ElementsAre(6, 8, 9)
    );
    const std::vector<numbered_place> nowhere = {
        {"1", 99, 6},
        {"1", 99, 0},
        {"1", 98, 1},
        {"1", 400, 1},
        {"3", 99, 1},
        {"", 99, 1},
        {"1", -1, 1}};
    EXPECT_THAT(chosen({.places = nowhere}), IsEmpty());
}

TEST_F(select_variants_test, by_each_of_their_names) {
    EXPECT_THAT(chosen({.names = {"a"}}), ElementsAre(0, 4));
    EXPECT_THAT(chosen({.names = {"b"}}), ElementsAre(1, 9));
    EXPECT_THAT(chosen({.names = {"c"}}), ElementsAre(1));
    EXPECT_THAT(chosen({.names = {"b;c", "rs:9"}}), ElementsAre(1, 6));
    EXPECT_THAT(chosen({.names = {"", ".", "x", "B", ";", "b;"}}), IsEmpty());
}

TEST_F(select_variants_test, by_place_when_they_have_no_name) {
    EXPECT_THAT(chosen({.names = {"1:100"}}), ElementsAre(2, 3));
    EXPECT_THAT(chosen({.names = {"1:250"}}), ElementsAre(5, 7))
        << "somebody gave that as a name, too";
    EXPECT_THAT(
        chosen({.names = {"2:100", "1:0", "1:-5", "1:", ":100", "1:1000"}}), ElementsAre(8)
    );
}

TEST_F(select_variants_test, waits_for_the_index) {
    EXPECT_TRUE(fails_with(select_variants(set_view(files), {}), errc::unavailable));
    EXPECT_THAT(chosen({}), IsEmpty());
}

TEST(selection_cache, makes_what_it_does_not_have) {
    selection_cache cache;
    int made = 0;
    const auto get = [&](std::uint64_t key, std::uint64_t ordinals = 1) {
        const auto make = [&]() -> result<selection> {
            ++made;
            std::vector<std::uint64_t> all(ordinals);
            for (std::uint64_t i = 0; i < ordinals; ++i) all[i] = i + key;
            return selection(std::move(all));
        };
        return cache.get(key, make).value();
    };
    EXPECT_EQ((*get(5))[0], 5U);
    EXPECT_EQ((*get(5))[0], 5U);
    EXPECT_EQ(made, 1);
    for (std::uint64_t key = 100; key < 115; ++key) get(key);
    get(5);
    EXPECT_EQ(made, 16) << "sixteen are kept";
    get(200);
    get(5);
    EXPECT_EQ(made, 17) << "the one that nobody asked for went";
    get(100);
    EXPECT_EQ(made, 18);
    EXPECT_EQ(get(300, (16 << 20) + 1)->size(), (16U << 20) + 1) << "what is too large is not kept";
    get(300, (16 << 20) + 1);
    EXPECT_EQ(made, 20);
}

TEST(selection_cache, keeps_no_error) {
    selection_cache cache;
    const auto fails = []() -> result<selection> { return error{errc::unavailable, "later"}; };
    EXPECT_TRUE(fails_with(cache.get(1, fails), errc::unavailable));
    EXPECT_EQ(cache.get(1, [] { return result<selection>(selection({3})); }).value()->size(), 1U);
}

}  // namespace
}  // namespace callstream::variants
