#include "engine/hts/bgzf_writer.hpp"

#include "engine/hts/bgzf_stream.hpp"
#include "tests/support/bgzf_builder.hpp"
#include "tests/support/memory_file.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <random>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace callstream::hts {
namespace {

std::span<const std::uint8_t> bytes_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// A file to which `pieces` were added.
std::string written(const std::vector<std::string>& pieces) {
    const auto fd = testing::memory_file("");
    bgzf_writer out(fd.get());
    for (const auto& piece : pieces) out.add(bytes_of(piece));
    out.finish();
    std::string file(identity_of(fd.get()).size, '\0');
    EXPECT_TRUE(read_exactly(fd.get(), file.data(), file.size(), 0));
    EXPECT_EQ(out.bytes_written(), file.size());
    return file;
}

/// The contents of its blocks.
std::vector<std::string> blocks_of(const std::string& file) {
    const auto fd = testing::memory_file(file);
    bgzf_stream stream(fd.get(), file.size());
    std::vector<std::string> out;
    for (auto block = stream.next_block(); !block.empty(); block = stream.next_block()) {
        out.emplace_back(block.begin(), block.end());
    }
    return out;
}

std::string noise(std::size_t size) {
    std::mt19937 random(1);
    std::string out(size, '\0');
    for (char& c : out) c = static_cast<char>(random());
    return out;
}

TEST(bgzf_writer_test, content_comes_back) {
    const std::vector<std::string> table[] = {
        {},
        {""},
        {"a"},
        {"some", "", "pieces"},
        {std::string(0xfeff, 'x')},
        {std::string(0xff00, 'x')},
        {std::string(0xff01, 'x')},
        {std::string(1'000'000, 'x'), "end"},
        {noise(0xff00)},
        {noise(1'000'000), std::string(70'000, 'x'), noise(5)},
    };
    for (const auto& pieces : table) {
        std::string content;
        for (const auto& piece : pieces) content += piece;
        const std::string file = written(pieces);
        std::string read;
        for (const auto& block : blocks_of(file)) read += block;
        EXPECT_TRUE(read == content) << content.size();
        EXPECT_TRUE(testing::gunzip(file) == content) << content.size();
        EXPECT_TRUE(file.ends_with(testing::eof_block()));
    }
}

TEST(bgzf_writer_test, what_is_added_together_stays_together) {
    const auto blocks = blocks_of(written({std::string(0xff00 - 5, 'a'), "whole", "next!!"}));
    ASSERT_EQ(blocks.size(), 2U);
    EXPECT_EQ(blocks[0].size(), 0xff00U);
    EXPECT_EQ(blocks[1], "next!!");
    const auto cut = blocks_of(written({std::string(0xff00 - 4, 'a'), "whole"}));
    ASSERT_EQ(cut.size(), 2U);
    EXPECT_EQ(cut[1], "whole");
}

TEST(bgzf_writer_test, a_full_disk_is_an_exception) {
    const unique_fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    ASSERT_TRUE(full);
    bgzf_writer out(full.get());
    out.add(bytes_of("x"));
    EXPECT_THROW(out.finish(), std::system_error);
    bgzf_writer much(full.get());
    EXPECT_THROW(much.add(bytes_of(noise(10'000'000))), std::system_error);
}

}  // namespace
}  // namespace callstream::hts
