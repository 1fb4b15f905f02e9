#include "engine/hts/bgzf.hpp"

#include "engine/core/file.hpp"
#include "tests/support/bgzf_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/stopped.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

namespace callstream::hts {
namespace {

using testing::bgzf_block;
using testing::bgzf_file;
using testing::eof_block;
using testing::fails_with;
using testing::has_value;

std::string text_of(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i * i) + "\n";
    return text;
}

class bgzf : public ::testing::Test {
 protected:
    unique_fd open(const std::string& bytes) {
        testing::write_file(dir_ / "data", bytes);
        return open_regular(dir_ / "data").value();
    }
    result<hash128> fingerprint(const std::string& bytes) {
        return content_fingerprint(open(bytes).get(), bytes.size(), {});
    }
    std::uint64_t provisional(const std::string& bytes) {
        return provisional_fingerprint(open(bytes).get(), bytes.size());
    }
    testing::temp_dir dir_;
};

TEST_F(bgzf, of_data_files_only_those_that_can_be_read_from_any_place_are_taken) {
    const auto judge = [this](const std::string& bytes) {
        return seekable_compression_of(open(bytes).get(), bytes.size());
    };
    EXPECT_EQ(judge(bgzf_file("text")).value(), compression::bgzf);
    EXPECT_EQ(judge("text").value(), compression::none);
    EXPECT_EQ(judge("").value(), compression::none);
    const auto cut = bgzf_file("text").substr(0, bgzf_file("text").size() - 1);
    EXPECT_TRUE(fails_with(judge(cut), errc::file_unusable));
    const std::string gzip("\x1f\x8b\x08\x00\0\0\0\0\0\x03", 10);
    EXPECT_TRUE(fails_with(judge(gzip), errc::file_unusable));
}

TEST_F(bgzf, compression_is_told_by_the_first_bytes) {
    const std::string gzip("\x1f\x8b\x08\x00\0\0\0\0\0\x03", 10);
    // An extra field, but of somebody else: no BGZF.
    const std::string other_extra("\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0XY\x02\0\x01\x02", 18);
    const std::string wrong_length("\x1f\x8b\x08\x04\0\0\0\0\0\xff\x07\0BC\x03\0\x01\x02\x03", 19);
    const std::string second_field(
        "\x1f\x8b\x08\x04\0\0\0\0\0\xff\x0b\0XY\x01\0zBC\x02\0\x1b\0", 23
    );
    const std::pair<std::string, compression> table[] = {
        {bgzf_file("text"), compression::bgzf},
        {eof_block(), compression::bgzf},
        {second_field, compression::bgzf},
        {gzip, compression::gzip},
        {other_extra, compression::gzip},
        {wrong_length, compression::gzip},
        {bgzf_file("text").substr(0, 17), compression::gzip},
        {gzip.substr(0, 3), compression::gzip},
        {gzip.substr(0, 2), compression::none},
        {"", compression::none},
        {"##fileformat=VCFv4.2\n", compression::none},
        {std::string("BCF\2\2", 5), compression::none},
        {std::string(100, '\0'), compression::none},
    };
    for (const auto& [bytes, expected] : table) {
        EXPECT_EQ(compression_of(open(bytes).get()), expected) << ::testing::PrintToString(bytes);
    }
}

TEST_F(bgzf, a_descriptor_that_cannot_be_read_throws) {
    EXPECT_THROW(compression_of(-1), std::system_error);
}

TEST_F(bgzf, the_end_of_file_block_is_recognised) {
    const std::string whole = bgzf_file(text_of(1000));
    const std::pair<std::string, bool> table[] = {
        {whole, true},
        {eof_block(), true},
        {whole.substr(0, whole.size() - 1), false},
        {whole.substr(0, whole.size() - eof_block().size()), false},
        {whole + "\n", false},
        {eof_block().substr(1), false},
        {"", false},
    };
    for (const auto& [bytes, expected] : table) {
        EXPECT_EQ(has_eof_block(open(bytes).get(), bytes.size()), expected) << bytes.size();
    }
}

TEST_F(bgzf, what_the_bgzip_tool_writes_is_read) {
    testing::write_file(dir_ / "text", text_of(200'000));
    testing::run_tool("bgzip " + (dir_ / "text").string());
    const std::string made = testing::read_file(dir_ / "text.gz");
    EXPECT_EQ(compression_of(open(made).get()), compression::bgzf);
    EXPECT_TRUE(has_eof_block(open(made).get(), made.size()));
    EXPECT_TRUE(has_value(fingerprint(made)));
}

TEST_F(bgzf, copies_have_the_same_fingerprint) {
    const std::string whole = bgzf_file(text_of(10'000), 1000);
    EXPECT_EQ(fingerprint(whole).value(), fingerprint(whole).value());
    EXPECT_EQ(fingerprint(eof_block()).value(), fingerprint(eof_block()).value());
}

TEST_F(bgzf, one_changed_byte_of_the_content_changes_the_fingerprint) {
    const std::string text = text_of(3000);
    std::set<std::uint64_t> seen = {fingerprint(bgzf_file(text, 500)).value().low};
    for (std::size_t at = 0; at < text.size(); at += 97) {
        std::string other = text;
        other[at] = other[at] == '7' ? '8' : '7';
        EXPECT_TRUE(seen.insert(fingerprint(bgzf_file(other, 500)).value().low).second) << at;
    }
}

// Virtual offsets, which page tokens carry, are other ones then.
TEST_F(bgzf, the_same_content_packed_otherwise_has_another_fingerprint) {
    const std::string text = text_of(3000);
    const auto once = fingerprint(bgzf_file(text, 500, 6)).value();
    EXPECT_NE(fingerprint(bgzf_file(text, 500, 0)).value(), once);
    EXPECT_NE(fingerprint(bgzf_file(text, 600, 6)).value(), once);
}

TEST_F(bgzf, blocks_in_another_order_change_the_fingerprint) {
    const std::string a = bgzf_block("aaaa");
    const std::string b = bgzf_block("bbbb");
    EXPECT_NE(fingerprint(a + b + eof_block()).value(), fingerprint(b + a + eof_block()).value());
    EXPECT_NE(fingerprint(a + eof_block()).value(), fingerprint(a + a + eof_block()).value());
}

TEST_F(bgzf, every_cut_within_a_block_is_noticed) {
    const std::string whole = bgzf_file(text_of(600), 300);
    std::set<std::size_t> borders;
    std::size_t border = 0;
    for (std::size_t at = 0; at < text_of(600).size(); at += 300) {
        border += bgzf_block(text_of(600).substr(at, 300)).size();
        borders.insert(border);
    }
    const std::uint64_t complete = fingerprint(whole).value().low;
    for (std::size_t size = 1; size < whole.size(); ++size) {
        SCOPED_TRACE(size);
        const std::string cut = whole.substr(0, size);
        if (borders.contains(size)) {
            EXPECT_NE(fingerprint(cut).value().low, complete);
        } else {
            EXPECT_THROW(fingerprint(cut), damaged_file);
        }
    }
}

TEST_F(bgzf, an_empty_file_is_damaged) {
    EXPECT_THROW(fingerprint(""), damaged_file);
}

TEST_F(bgzf, bytes_between_the_blocks_are_noticed) {
    const std::string block = bgzf_block("text");
    EXPECT_THROW(fingerprint("x" + block + eof_block()), damaged_file);
    EXPECT_THROW(fingerprint(block + "x" + eof_block()), damaged_file);
    EXPECT_THROW(fingerprint(block + eof_block() + "x"), damaged_file);
    std::string tiny = eof_block();
    tiny[16] = 5;  // a block that claims to be shorter than its own frame
    EXPECT_THROW(fingerprint(tiny), damaged_file);
}

TEST_F(bgzf, a_file_shorter_than_it_was_is_damaged) {
    const std::string whole = bgzf_file(text_of(1000));
    const auto fd = open(whole);
    EXPECT_THROW(content_fingerprint(fd.get(), whole.size() + 1000, {}), damaged_file);
}

TEST_F(bgzf, the_fingerprint_stops_when_asked_to) {
    const std::string whole = bgzf_file("text");
    const auto stopped = content_fingerprint(open(whole).get(), whole.size(), testing::stopped());
    EXPECT_TRUE(fails_with(stopped, errc::unavailable));
}

TEST_F(bgzf, the_provisional_fingerprint_sees_size_beginning_and_end) {
    const std::string bytes(300'000, 'x');
    const auto changed_at = [&](std::size_t at) {
        std::string other = bytes;
        other[at] = 'y';
        return provisional(other);
    };
    EXPECT_EQ(provisional(bytes), provisional(bytes));
    EXPECT_NE(provisional(bytes), provisional(bytes + "x"));
    EXPECT_NE(provisional(bytes), changed_at(0));
    EXPECT_NE(provisional(bytes), changed_at(65'535));
    EXPECT_NE(provisional(bytes), changed_at(299'999));
    EXPECT_NE(provisional(bytes), changed_at(300'000 - 65'536));
    EXPECT_NE(provisional("a"), provisional("b"));
    EXPECT_NE(provisional(""), provisional("a"));
}

}  // namespace
}  // namespace callstream::hts
