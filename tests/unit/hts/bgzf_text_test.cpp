#include "engine/hts/bgzf_text.hpp"

#include "tests/support/bgzf_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <htslib/bgzf.h>
#include <htslib/kstring.h>

#include <memory>
#include <string>
#include <vector>

namespace callstream::hts {
namespace {

using testing::bgzf_block;
using testing::bgzf_file;
using testing::damage_text;
using testing::eof_block;

struct close_stream {
    void operator()(BGZF* stream) const noexcept { bgzf_close(stream); }
};
using stream_ptr = std::unique_ptr<BGZF, close_stream>;

class bgzf_text : public ::testing::Test {
 protected:
    ~bgzf_text() override { ks_free(&line); }

    stream_ptr open(const std::string& bytes) {
        testing::write_file(dir / "a", bytes);
        return stream_ptr(bgzf_open((dir / "a").c_str(), "r"));
    }
    std::vector<std::string> lines_of(const std::string& bytes) {
        const auto stream = open(bytes);
        bgzf_input in(*stream);
        std::vector<std::string> out;
        while (read_line(in, line, 1 << 20)) out.emplace_back(line.s, line.l);
        check_end(*stream);
        return out;
    }
    std::string damage_of_lines(const std::string& bytes) {
        return damage_text([&] { lines_of(bytes); });
    }

    testing::temp_dir dir;
    kstring_t line = KS_INITIALIZE;
};

TEST_F(bgzf_text, lines_come_without_their_ends_wherever_blocks_are_cut) {
    const std::string text = "one\ntwo\r\n\n\r\nfour and more\nlast";
    const std::vector<std::string> lines = {"one", "two", "", "", "four and more", "last"};
    for (std::size_t block = 1; block <= text.size(); ++block) {
        EXPECT_EQ(lines_of(bgzf_file(text, block)), lines) << block;
    }
    EXPECT_EQ(lines_of(bgzf_file(text + "\n")), lines);
    EXPECT_TRUE(lines_of(eof_block()).empty());
}

TEST_F(bgzf_text, an_empty_block_is_not_the_end) {
    const auto bytes = bgzf_block("on") + eof_block() + bgzf_block("e\ntwo") + eof_block();
    EXPECT_EQ(lines_of(bytes), (std::vector<std::string>{"one", "two"}));
}

TEST_F(bgzf_text, the_offset_behind_a_line_leads_to_the_next) {
    const auto stream = open(bgzf_file("aaa\nbb\nc\n", 4));
    bgzf_input in(*stream);
    ASSERT_TRUE(read_line(in, line, 100));
    const auto second = bgzf_tell(stream.get());
    EXPECT_EQ(second & 0xffff, 0);  // the first line fills its block
    ASSERT_TRUE(read_line(in, line, 100));
    ASSERT_TRUE(read_line(in, line, 100));
    ASSERT_EQ(bgzf_seek(stream.get(), second, SEEK_SET), 0);
    ASSERT_TRUE(read_line(in, line, 100));
    EXPECT_EQ(std::string(line.s), "bb");
}

TEST_F(bgzf_text, a_line_above_the_limit_is_damage) {
    const std::size_t limit = std::size_t{1} << 20;
    const auto at_limit = open(bgzf_file(std::string(limit, 'x') + "\ny"));
    bgzf_input in(*at_limit);
    ASSERT_TRUE(read_line(in, line, limit));
    EXPECT_EQ(line.l, limit);
    EXPECT_EQ(
        damage_of_lines(bgzf_file(std::string(limit + 1, 'x'))), "a line is longer than 1 MiB"
    );
}

TEST_F(bgzf_text, a_broken_block_is_damage) {
    std::string flipped = bgzf_block("one\n") + bgzf_block("two\n");
    flipped[flipped.size() - 8] ^= 1;  // checksum of the second
    EXPECT_EQ(damage_of_lines(flipped + eof_block()), "a block cannot be inflated");
    EXPECT_EQ(damage_of_lines(bgzf_block("one\n")), "the file ends without its last block");
    EXPECT_EQ(damage_of_lines(bgzf_block("one\n") + "junk"), "a block cannot be inflated");
}

TEST_F(bgzf_text, a_block_that_lost_its_subfield_is_not_read_as_plain_gzip) {
    const std::string first = bgzf_block("one\n");
    std::string bytes = first + bgzf_block("two\n") + eof_block();
    bytes[first.size() + 12] ^= 1;  // the B of BC
    EXPECT_EQ(damage_of_lines(bytes), "a block is not a BGZF block");
    const auto stream = open(bytes);
    bgzf_input in(*stream);
    char content[6];
    EXPECT_EQ(
        damage_text([&] { read_bytes(in, content, sizeof content); }), "a block is not a BGZF block"
    );
}

TEST_F(bgzf_text, bytes_come_whole_or_not_at_all) {
    const auto stream = open(bgzf_file("abcdefg", 2));
    bgzf_input in(*stream);
    std::string content(5, '\0');
    ASSERT_TRUE(read_bytes(in, content.data(), 5));
    EXPECT_EQ(content, "abcde");
    EXPECT_TRUE(read_bytes(in, content.data(), 0));
    EXPECT_EQ(
        damage_text([&] { read_bytes(in, content.data(), 5); }), "the file ends within a record"
    );
    const auto other = open(bgzf_file("ab"));
    bgzf_input other_in(*other);
    ASSERT_TRUE(read_bytes(other_in, content.data(), 2));
    EXPECT_FALSE(read_bytes(other_in, content.data(), 1));
}

}  // namespace
}  // namespace callstream::hts
