#include "engine/hts/bgzf_packer.hpp"

#include "tests/support/bgzf_builder.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace callstream::hts {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Blocks that stand in `bytes` one after the other, without a rest.
std::size_t whole_blocks(std::string_view bytes) {
    std::size_t count = 0;
    for (; bytes.size() >= 18; ++count) {
        const auto low = static_cast<std::uint8_t>(bytes[16]);
        const auto high = static_cast<std::uint8_t>(bytes[17]);
        const std::size_t size = std::size_t{high} * 256 + low + 1;
        if (size > bytes.size()) break;
        bytes.remove_prefix(size);
    }
    EXPECT_TRUE(bytes.empty());
    return count;
}

TEST(bgzf_packer_test, blocks_leave_as_soon_as_they_are_full) {
    bgzf_packer packer;
    text_buffer out;
    packer.add(bytes_of(std::string(0xfeff, 'x')), out);
    EXPECT_TRUE(out.empty());
    packer.add(bytes_of("x"), out);
    EXPECT_EQ(whole_blocks(out.view()), 1U);
    packer.add(bytes_of(std::string(200'000, 'y')), out);
    EXPECT_EQ(whole_blocks(out.view()), 4U);
    packer.finish(out);
    EXPECT_EQ(whole_blocks(out.view()), 6U);
}

TEST(bgzf_packer_test, what_the_caller_takes_away_is_a_file) {
    std::mt19937 random(1);
    std::string content;
    std::string file;
    bgzf_packer packer;
    text_buffer out;
    for (int i = 0; i < 300; ++i) {
        std::string piece(random() % 3000, '\0');
        for (char& c : piece) c = static_cast<char>(i % 2 == 0 ? random() : 'a');
        content += piece;
        packer.add(bytes_of(piece), out);
        file += out.view();
        out.clear();
    }
    packer.finish(out);
    file += out.view();
    EXPECT_TRUE(testing::gunzip(file) == content);
    EXPECT_TRUE(file.ends_with(testing::eof_block()));
    whole_blocks(file);
}

TEST(bgzf_packer_test, blocks_are_appended_to_what_is_there) {
    bgzf_packer packer;
    text_buffer out;
    out.append("before");
    packer.finish(out);
    EXPECT_EQ(out.view(), "before" + testing::eof_block());
}

TEST(bgzf_packer_test, a_packer_goes_on_where_it_was_moved_to) {
    bgzf_packer first;
    text_buffer out;
    first.add(bytes_of("one "), out);
    bgzf_packer second = std::move(first);
    second.add(bytes_of("file"), out);
    second.finish(out);
    EXPECT_EQ(testing::gunzip(std::string(out.view())), "one file");
}

}  // namespace
}  // namespace callstream::hts
