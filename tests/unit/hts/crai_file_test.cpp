#include "engine/hts/crai_file.hpp"

#include "tests/support/allocation_watch.hpp"
#include "tests/support/bgzf_builder.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace callstream::hts {
namespace {

using testing::error_text;
using testing::fails_with;
using testing::has_value;
using ::testing::HasSubstr;

result<crai_file> read(const std::string& bytes) {
    const auto fd = testing::memory_file(bytes);
    return read_crai_file(fd.get());
}

const std::string sound =
    "0\t1\t100\t1000\t200\t300\n3\t5\t10\t2000\t200\t300\n-1\t0\t0\t1500\t2\t3\n";

TEST(crai_file_test, packed_and_plain_text_say_the_same) {
    for (const auto& bytes : {sound, testing::bgzf_file(sound), testing::bgzf_block(sound)}) {
        const auto index = read(bytes);
        ASSERT_TRUE(has_value(index));
        EXPECT_EQ(index->slices, 3U);
        EXPECT_EQ(index->last_reference, 3);
        EXPECT_EQ(index->last_container, 2000U);
    }
    const auto empty = read(testing::eof_block());
    ASSERT_TRUE(has_value(empty));
    EXPECT_EQ(empty->slices, 0U);
}

TEST(crai_file_test, slices_are_given_as_they_are_listed) {
    const auto fd = testing::memory_file("0\t1\t100\t1000\t200\t300\n-1\t0\t0\t2000\t7\t9\n");
    const auto slices = read_crai_slices(fd.get());
    ASSERT_TRUE(slices);
    ASSERT_EQ(slices->size(), 2U);
    const auto& [reference, start1, span, container] = slices->front();
    EXPECT_EQ(reference, 0);
    EXPECT_EQ(start1, 1);
    EXPECT_EQ(span, 100);
    EXPECT_EQ(container, 1000U);
    EXPECT_EQ(slices->back().reference, -1);
    const auto broken = testing::memory_file("x");
    EXPECT_TRUE(fails_with(read_crai_slices(broken.get()), errc::file_unusable));
}

TEST(crai_file_test, what_is_wrong_is_said) {
    const std::pair<std::string, std::string> table[] = {
        {"0\t1\t100\t1000\t200\t300", "line 1 is not"},
        {sound + "\n", "line 4 is not"},
        {"0\t1\t100\t1000\t200\n", "line 1 is not"},
        {"0\t1\t100\t1000\t200\t300\t400\n", "line 1 is not"},
        {"a\t1\t100\t1000\t200\t300\n", "line 1 is not"},
        {"0\t1\t100\t9223372036854775808\t200\t300\n", "line 1 is not"},
        {"-2\t1\t100\t1000\t200\t300\n", "impossible number"},
        {"0\t1\t-1\t1000\t200\t300\n", "impossible number"},
        {"0\t1\t100\t-1\t200\t300\n", "impossible number"},
        {"0\t1\t100\t1000\t-1\t300\n", "impossible number"},
        {"0\t1\t100\t1000\t200\t0\n", "impossible number"},
        {testing::bgzf_block(sound).substr(0, 60), "it gzip ends too early"},
    };
    for (const auto& [bytes, expected] : table) {
        const auto index = read(bytes);
        EXPECT_TRUE(fails_with(index, errc::file_unusable)) << bytes;
        EXPECT_THAT(error_text(index), HasSubstr(expected));
    }
}

TEST(crai_file_test, a_bomb_ends_at_the_limit) {
    std::string bomb;
    const std::string lines = testing::bgzf_block(std::string(65'280, '\n'));
    for (int i = 0; i < 1200; ++i) bomb += lines;
    const testing::allocation_watch watch;
    EXPECT_THAT(error_text(read(bomb)), HasSubstr("too long"));
    EXPECT_LT(watch.largest(), 130U << 20);
}

TEST(crai_file_test, no_damage_makes_it_fail_otherwise) {
    int refused = 0;
    const auto try_bytes = [&](const std::string& bytes) { refused += !read(bytes); };
    testing::for_each_truncation(sound, try_bytes);
    testing::for_each_flip(sound, 3000, 1, try_bytes);
    testing::for_each_flip(testing::bgzf_file(sound), 3000, 2, try_bytes);
    EXPECT_GT(refused, 3000);
}

}  // namespace
}  // namespace callstream::hts
