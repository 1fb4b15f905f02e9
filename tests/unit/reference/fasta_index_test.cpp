#include "engine/reference/fasta_index.hpp"

#include "tests/support/allocation_watch.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace callstream::reference {
namespace {

using testing::error_text;
using testing::fails_with;
using testing::has_value;
using ::testing::HasSubstr;

const std::string sound =
    "chr1\t130\t6\t60\t61\n"
    "HLA-A*01:01\t7\t160\t7\t9\n"
    "c\t1\t175\t1\t2\n";

TEST(fasta_index_test, what_it_reads_it_writes_again) {
    const auto index = fasta_index::parse(sound);
    ASSERT_TRUE(has_value(index));
    EXPECT_EQ(index->to_fai(), sound);
    ASSERT_EQ(index->sequences().size(), 3U);
    EXPECT_EQ(index->sequences()[1], (fasta_sequence{"HLA-A*01:01", 7, 160, 7, 9}));
}

TEST(fasta_index_test, letters_stand_where_the_lines_put_them) {
    const auto index = fasta_index::parse(sound);
    ASSERT_TRUE(has_value(index));
    const auto& chr1 = index->sequences()[0];
    EXPECT_EQ(chr1.byte_of(0), 6U);
    EXPECT_EQ(chr1.byte_of(59), 65U);
    EXPECT_EQ(chr1.byte_of(60), 67U);
    EXPECT_EQ(chr1.end(), 6U + 2 * 61 + 10);
}

TEST(fasta_index_test, names_are_found) {
    const auto index = fasta_index::parse(sound);
    ASSERT_TRUE(has_value(index));
    EXPECT_EQ(index->find("chr1"), 0U);
    EXPECT_EQ(index->find("HLA-A*01:01"), 1U);
    EXPECT_EQ(index->find("c"), 2U);
    for (const char* absent : {"", "chr", "chr10", "zzz", "C"}) {
        EXPECT_EQ(index->find(absent), std::nullopt) << absent;
    }
}

TEST(fasta_index_test, what_is_wrong_is_said) {
    const std::pair<std::string, std::string> table[] = {
        {"", "no sequence has a letter"},
        {"\n", "line 1 is not"},
        {"a\t4\t3\t4\t5", "line 1 is not"},
        {"a\t4\t3\t4\n", "line 1 is not"},
        {"a\t4\t3\t4\t5\t99\n", "line 1 is not"},
        {"a\t4\t3\t4\t5\r\n", "line 1 is not"},
        {"a\t4\t3\t4\t5\n\n", "line 2 is not"},
        {"a 4 3 4 5\n", "line 1 is not"},
        {"a\t-4\t3\t4\t5\n", "line 1 is not"},
        {"a\t+4\t3\t4\t5\n", "line 1 is not"},
        {"a\t4.0\t3\t4\t5\n", "line 1 is not"},
        {"a\t18446744073709551616\t3\t4\t5\n", "line 1 is not"},
        {"\t4\t3\t4\t5\n", "a name is empty"},
        {"a b\t4\t3\t4\t5\n", "a name is empty or has blanks"},
        {"a\t0\t3\t0\t0\n", "impossible length"},
        {"a\t4\t2\t4\t5\n", "impossible offset"},
        {"a\t4\t18446744073709551615\t4\t5\n", "impossible offset"},
        {"a\t18446744073709551615\t3\t4\t5\n", "impossible length"},
        {"a\t281474976710656\t3\t1\t3\n", "impossible length"},
        {"a\t4\t3\t0\t1\n", "lines of impossible length"},
        {"a\t4\t3\t5\t6\n", "lines of impossible length"},
        {"a\t4\t3\t4\t4\n", "blanks within its lines"},
        {"a\t4\t3\t4\t7\n", "blanks within its lines"},
        {"a\t4\t3\t4\t18446744073709551615\n", "blanks within its lines"},
        {"a\t4\t3\t4\t5\nb\t4\t10\t4\t5\n", "sequence b: overlaps"},
        {"b\t4\t30\t4\t5\na\t4\t3\t4\t5\n", "sequence a: overlaps"},
        {"a\t4\t3\t4\t5\na\t4\t11\t4\t5\n", "two sequences have the name a"},
    };
    for (const auto& [text, expected] : table) {
        const auto index = fasta_index::parse(text);
        EXPECT_TRUE(fails_with(index, errc::file_unusable)) << text;
        EXPECT_THAT(error_text(index), HasSubstr(expected)) << text;
    }
}

TEST(fasta_index_test, neighbours_may_stand_as_close_as_a_header_line_allows) {
    EXPECT_TRUE(has_value(fasta_index::parse("a\t4\t3\t4\t5\nb\t4\t11\t4\t5\n")));
}

TEST(fasta_index_test, no_damage_makes_it_fail_otherwise) {
    const testing::allocation_watch watch;
    int refused = 0;
    const auto try_text = [&](const std::string& text) { refused += !fasta_index::parse(text); };
    testing::for_each_truncation(sound, try_text);
    testing::for_each_flip(sound, 20'000, 1, try_text);
    EXPECT_GT(refused, 10'000);
    EXPECT_LT(watch.largest(), 10'000U);
}

}  // namespace
}  // namespace callstream::reference
