#include "engine/core/text_buffer.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <utility>

namespace callstream {
namespace {

TEST(text_buffer, starts_empty_and_without_memory) {
    const text_buffer buffer;
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(buffer.capacity(), 0U);
    EXPECT_EQ(buffer.view(), "");
}

TEST(text_buffer, keeps_what_was_appended_while_it_grows) {
    text_buffer buffer;
    std::string expected;
    for (int i = 0; i < 5000; ++i) {
        const std::string piece(static_cast<std::size_t>(i % 17), static_cast<char>('a' + i % 26));
        buffer.append(piece);
        buffer.append('|');
        expected += piece + '|';
    }
    EXPECT_EQ(buffer.view(), expected);
    EXPECT_GE(buffer.capacity(), buffer.size());
}

TEST(text_buffer, appending_nothing_changes_nothing) {
    text_buffer buffer;
    buffer.append("");
    buffer.append(std::string_view{});
    EXPECT_TRUE(buffer.empty());
    buffer.append("x");
    buffer.append("");
    EXPECT_EQ(buffer.view(), "x");
}

TEST(text_buffer, counts_only_what_was_committed) {
    text_buffer buffer;
    buffer.append("head:");
    char* room = buffer.prepare(1000);
    std::memset(room, 'x', 1000);
    buffer.commit(room + 3);
    EXPECT_EQ(buffer.view(), "head:xxx");
    buffer.commit(buffer.prepare(1));
    EXPECT_EQ(buffer.view(), "head:xxx");
}

TEST(text_buffer, grows_at_least_twofold_so_that_appending_stays_cheap) {
    text_buffer buffer(1000);
    const std::size_t before = buffer.capacity();
    buffer.prepare(before + 1);
    EXPECT_GE(buffer.capacity(), 2 * before);
}

TEST(text_buffer, one_large_request_is_met_at_once) {
    text_buffer buffer;
    buffer.append("x");
    std::memset(buffer.prepare(100'000), 'y', 100'000);
    EXPECT_GE(buffer.capacity(), 100'001U);
    EXPECT_EQ(buffer.view(), "x");
}

TEST(text_buffer, clear_keeps_the_memory) {
    text_buffer buffer(500);
    buffer.append("something");
    const char* memory = buffer.data();
    const std::size_t capacity = buffer.capacity();
    buffer.clear();
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(buffer.data(), memory);
    EXPECT_EQ(buffer.capacity(), capacity);
}

TEST(text_buffer, moving_leaves_an_empty_buffer_that_works) {
    text_buffer from;
    from.append("moved");
    text_buffer to(std::move(from));
    EXPECT_EQ(to.view(), "moved");
    EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(from.capacity(), 0U);
    from.append("again");
    EXPECT_EQ(from.view(), "again");
    EXPECT_EQ(to.view(), "moved");
}

TEST(text_buffer, move_assignment_drops_what_was_there) {
    text_buffer from;
    from.append("new");
    text_buffer to;
    to.append("old and longer");
    to = std::move(from);
    EXPECT_EQ(to.view(), "new");
    EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move)
    to.append("er");
    EXPECT_EQ(to.view(), "newer");
}

}  // namespace
}  // namespace callstream
