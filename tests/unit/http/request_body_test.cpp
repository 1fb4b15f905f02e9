#include "server/http/request_body.hpp"

#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

namespace callstream::http {
namespace {

/// Delivers `text` in pieces of at most `piece` bytes; false when there was no room.
bool deliver(incoming_body& body, std::string_view text, std::size_t piece) {
    while (!text.empty()) {
        const auto room = body.room();
        if (room.empty()) return false;
        const std::size_t n = std::min({room.size(), text.size(), piece});
        std::copy_n(text.begin(), n, room.begin());
        body.received(n);
        text.remove_prefix(n);
    }
    return true;
}

std::string some_text(std::size_t bytes) {
    std::string out(bytes, ' ');
    for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<char>('a' + i % 23);
    return out;
}

TEST(body_budget, gives_out_what_it_has_and_takes_it_back) {
    body_budget budget(100);
    auto first = budget.take(60);
    ASSERT_TRUE(first);
    EXPECT_FALSE(budget.take(41));
    EXPECT_TRUE(budget.take(40));
    EXPECT_EQ(budget.in_use(), 60U);
    body_share moved = std::move(*first);
    first.reset();
    EXPECT_EQ(budget.in_use(), 60U);
    moved = {};
    EXPECT_EQ(budget.in_use(), 0U);
    EXPECT_FALSE(budget.take(101));
    EXPECT_FALSE(budget.take(~std::size_t{0}));
    EXPECT_TRUE(budget.take(100));
}

TEST(incoming_body, is_whole_however_it_was_cut) {
    for (const std::size_t bytes : {1, 4095, 4096, 4097, 100'000}) {
        for (const std::size_t piece : {1, 7, 4096, 1'000'000}) {
            body_budget budget(1'000'000);
            incoming_body body(budget, bytes);
            EXPECT_FALSE(body.complete());
            ASSERT_TRUE(deliver(body, some_text(bytes), piece));
            ASSERT_TRUE(body.complete());
            EXPECT_TRUE(body.room().empty());
            const auto [text, share] = body.take();
            EXPECT_EQ(text, some_text(bytes)) << piece;
            EXPECT_GE(text.capacity() - text.size(), body_padding);
        }
    }
}

TEST(incoming_body, never_has_room_for_more_than_was_announced) {
    body_budget budget(1'000'000);
    incoming_body body(budget, 10);
    EXPECT_EQ(body.room().size(), 10U);
    body.received(4);
    EXPECT_EQ(body.room().size(), 6U);
}

TEST(incoming_body, costs_what_has_come_and_not_what_was_announced) {
    body_budget budget(1'000'000'000);
    incoming_body body(budget, 500'000'000);
    ASSERT_TRUE(deliver(body, some_text(1), 1));
    EXPECT_LT(budget.in_use(), 5000U);
    ASSERT_TRUE(deliver(body, some_text(99'999), 4096));
    EXPECT_LT(budget.in_use(), 300'000U);
    EXPECT_GE(budget.in_use(), 100'000U);
}

TEST(incoming_body, ends_where_the_budget_ends_and_gives_it_back) {
    body_budget budget(20'000);
    {
        std::optional<incoming_body> first(std::in_place, budget, 8000);
        ASSERT_TRUE(deliver(*first, some_text(8000), 4096));
        incoming_body second(budget, 50'000);
        EXPECT_FALSE(deliver(second, some_text(50'000), 4096));
        EXPECT_FALSE(second.complete());
        first.reset();
        incoming_body third(budget, 8000);
        EXPECT_TRUE(deliver(third, some_text(8000), 4096));
    }
    EXPECT_EQ(budget.in_use(), 0U);
}

TEST(incoming_body, goes_to_the_disk_piece_by_piece) {
    const testing::temp_dir dir;
    body_budget budget(1 << 20);
    std::string sent;
    for (std::size_t i = 0; i < 3'000'000; ++i) sent += static_cast<char>('a' + i % 23);
    incoming_body body(budget, sent.size());
    body.keep_on_disk(dir / "");
    std::size_t at = 0;
    while (!body.complete()) {
        const auto room = body.room();
        ASSERT_FALSE(room.empty());
        const std::size_t n = std::min<std::size_t>({room.size(), 10'007, sent.size() - at});
        std::copy_n(sent.begin() + static_cast<std::ptrdiff_t>(at), n, room.begin());
        at += n;
        body.received(n);
        EXPECT_LT(budget.in_use(), 600'000U);
        if (body.piece_is_full()) body.store_piece();
    }
    const auto file = body.take_file();
    ASSERT_NE(file, nullptr);
    ASSERT_EQ(file->size(), sent.size());
    std::string read(sent.size() + 10, ' ');
    EXPECT_EQ(file->read(5, read), sent.size() - 5);
    EXPECT_EQ(read.substr(0, sent.size() - 5), sent.substr(5));
    EXPECT_EQ(file->read(sent.size() + 7, read), 0U);
    EXPECT_TRUE(std::filesystem::is_empty(dir / ""));
}

TEST(incoming_body, says_where_it_cannot_go) {
    body_budget budget(1 << 20);
    incoming_body body(budget, 1);
    body.keep_on_disk("/nowhere/at/all");
    body.room()[0] = 'x';
    body.received(1);
    ASSERT_TRUE(body.piece_is_full());
    EXPECT_THROW(body.store_piece(), std::system_error);
}

}  // namespace
}  // namespace callstream::http
