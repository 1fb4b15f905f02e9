#include "engine/hts/bgzf_stream.hpp"

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"
#include "tests/support/bgzf_builder.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/memory_file.hpp"

#include <gtest/gtest.h>

#include <string>

namespace callstream::hts {
namespace {

using testing::bgzf_block;
using testing::bgzf_file;

/// Does not compress to nothing, so that blocks are cut everywhere relative to what is read ahead.
std::string noise(std::size_t size) {
    std::string text;
    std::uint32_t state = 1;
    while (text.size() < size) {
        state = state * 1664525 + 1013904223;
        text += static_cast<char>(state >> 24);
    }
    return text;
}

class bgzf_stream_test : public ::testing::Test {
 protected:
    bgzf_stream open(const std::string& bytes) {
        fd_ = testing::memory_file(bytes);
        return bgzf_stream(fd_.get(), bytes.size());
    }
    std::string all_of(bgzf_stream stream) {
        std::string text;
        for (;;) {
            const auto block = stream.next_block();
            if (block.empty()) return text;
            text.append(reinterpret_cast<const char*>(block.data()), block.size());
        }
    }
    unique_fd fd_;
};

TEST_F(bgzf_stream_test, content_comes_back_however_it_was_cut) {
    const std::string text = noise(700'000);
    for (const std::size_t block : {1000UL, 30'000UL, 0xff00UL}) {
        for (const int level : {0, 1, 6, 9}) {
            EXPECT_EQ(all_of(open(bgzf_file(text, block, level))), text) << block << " " << level;
        }
    }
    EXPECT_EQ(all_of(open(bgzf_block(std::string(65536, 'A')))), std::string(65536, 'A'));
    EXPECT_EQ(all_of(open("")), "");
    EXPECT_EQ(all_of(open(testing::eof_block())), "");
}

TEST_F(bgzf_stream_test, reads_span_blocks) {
    const std::string text = noise(5000);
    auto stream = open(bgzf_file(text, 700));
    std::string read;
    std::string piece(1234, '\0');
    while (const std::size_t n = stream.read(piece.data(), piece.size())) read.append(piece, 0, n);
    EXPECT_EQ(read, text);
    EXPECT_TRUE(stream.last_was_empty());
}

TEST_F(bgzf_stream_test, empty_blocks_within_are_skipped) {
    const std::string a = bgzf_block("aa");
    auto stream = open(testing::eof_block() + a + testing::eof_block() + bgzf_block("b"));
    EXPECT_EQ(stream.next_block().size(), 2U);
    EXPECT_EQ(stream.block_address(), 28U);
    EXPECT_EQ(stream.next_address(), 28U + a.size());
    EXPECT_EQ(stream.next_block().size(), 1U);
    EXPECT_FALSE(stream.last_was_empty());
    EXPECT_TRUE(stream.next_block().empty());
}

TEST_F(bgzf_stream_test, seeks_go_to_blocks_only) {
    const std::string a = bgzf_block("first");
    auto stream = open(a + bgzf_block("second") + testing::eof_block());
    EXPECT_EQ(stream.next_block().size(), 5U);
    stream.seek(a.size());
    EXPECT_EQ(stream.next_block().size(), 6U);
    stream.seek(0);
    EXPECT_EQ(stream.next_block().size(), 5U);
    stream.seek(1);
    EXPECT_THROW(stream.next_block(), damaged_file);
    stream.seek(1'000'000);
    EXPECT_TRUE(stream.next_block().empty());
}

TEST_F(bgzf_stream_test, no_changed_byte_of_a_block_gives_other_content) {
    const std::string text = "ACGTACGTTTGACA" + noise(300);
    const std::string whole = bgzf_block(text);
    testing::for_each_flip(whole, 3000, 7, [&](const std::string& changed) {
        try {
            EXPECT_EQ(all_of(open(changed)), text);
        } catch (const damaged_file&) {
        }
    });
    testing::for_each_truncation(whole, [&](const std::string& cut) {
        if (cut.empty()) return;
        EXPECT_THROW(all_of(open(cut)), damaged_file) << cut.size();
    });
}

TEST_F(bgzf_stream_test, a_block_that_lies_about_its_size_is_damage) {
    const std::string whole = bgzf_block("ACGT");
    for (const std::uint64_t size : {0ULL, 3ULL, 5ULL, 65536ULL, 65537ULL, 0xffffffffULL}) {
        std::string changed = whole.substr(0, whole.size() - 4);
        testing::append_little_endian(changed, size, 4);
        EXPECT_THROW(all_of(open(changed)), damaged_file) << size;
    }
    std::string named = whole;
    named[3] = 4 | 8;  // a file name would follow
    EXPECT_THROW(all_of(open(named)), damaged_file);
}

}  // namespace
}  // namespace callstream::hts
