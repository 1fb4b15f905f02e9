#include "engine/hts/cram_sequences.hpp"

#include "engine/core/digest.hpp"
#include "engine/core/error.hpp"
#include "tests/support/bgzf_builder.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <string>

namespace callstream::hts {
namespace {

TEST(cram_sequences_test, sequences_of_a_header_are_listed) {
    const auto sequences = sequences_of(
        "@HD\tVN:1.6\n"
        "@SQ\tSN:a\tLN:5\tM5:0123456789ABCDEF0123456789abcdef\tUR:/x\r\n"
        "@SQ\tLN:7\tSN:b:1\n"
        "@CO\t@SQ\tSN:no\n"
        "@SQ\tM5:x\tSN:c"
    );
    ASSERT_EQ(sequences.size(), 3U);
    EXPECT_EQ(sequences[0].name, "a");
    EXPECT_EQ(sequences[0].md5, "0123456789abcdef0123456789abcdef");
    EXPECT_EQ(sequences[1].name, "b:1");
    EXPECT_EQ(sequences[1].md5, "");
    EXPECT_EQ(sequences[2].name, "c");
    EXPECT_TRUE(sequences_of("").empty());
}

class collect_sequences_test : public ::testing::Test {
 protected:
    static cram_sequence wanted(const char* name, const char* bases) {
        return {name, digest_text(running_digest::kind::md5, bases), false};
    }
    /// The copy and its index, of a FASTA file with this content.
    std::string collected(const std::string& fasta) {
        testing::write_file(path_, fasta);
        const auto fd = testing::memory_file("");
        const std::string index = collect_sequences(path_, sequences_, fd.get());
        std::string copy(identity_of(fd.get()).size, '\0');
        EXPECT_TRUE(read_exactly(fd.get(), copy.data(), copy.size(), 0));
        return copy + index;
    }

    testing::temp_dir dir_;
    std::filesystem::path path_ = dir_ / "x.fa";
    std::vector<cram_sequence> sequences_ = {
        wanted("a", "ACGT"), wanted("b", "GG"), wanted("again", "GG"), {"none", "", false}};
};

TEST_F(collect_sequences_test, wanted_sequences_are_copied_and_indexed) {
    const std::string fasta = ">x one\nac\ngt\n>other\nTTTT\n>y\n\nG g\r\n";
    const std::string copy = "ACGT\nGG\n";
    const std::string index = "a\t4\t0\t4\t5\n";
    for (const auto& content : {fasta, testing::bgzf_file(fasta, 3), "comment\n" + fasta}) {
        for (auto& sequence : sequences_) sequence.found = false;
        const std::string out = collected(content);
        EXPECT_EQ(out.substr(0, copy.size() + index.size()), copy + index);
        EXPECT_NE(out.find("\nb\t2\t5\t2\t3\n"), std::string::npos);
        EXPECT_NE(out.find("\nagain\t2\t5\t2\t3\n"), std::string::npos);
        EXPECT_TRUE(sequences_[0].found && sequences_[1].found && sequences_[2].found);
        EXPECT_FALSE(sequences_[3].found);
    }
}

TEST_F(collect_sequences_test, what_is_there_twice_is_copied_once) {
    EXPECT_EQ(collected(">x\nACGT\n>y\nACGT"), "ACGT\na\t4\t0\t4\t5\n");
}

TEST_F(collect_sequences_test, files_without_a_wanted_sequence_leave_nothing) {
    for (const char* content : {"", ">", "ACGT", ">x\nACGTA\n", ">x\n", "\n\n>x\nACG\n>y\nT\n"}) {
        EXPECT_EQ(collected(content), "") << content;
    }
}

TEST_F(collect_sequences_test, long_sequences_are_copied_whole) {
    const std::string bases(1'000'000, 'C');
    sequences_ = {wanted("a", bases.c_str())};
    EXPECT_EQ(collected(">n\n" + std::string(900'000, 'N') + "\n>a\n" + bases).size(), 1'000'029U);
    EXPECT_TRUE(sequences_[0].found);
}

TEST_F(collect_sequences_test, files_that_cannot_be_read_are_damage) {
    EXPECT_THROW(collect_sequences(dir_ / "absent", sequences_, 0), damaged_file);
    EXPECT_THROW(collect_sequences(dir_.path(), sequences_, 0), damaged_file);
    EXPECT_THROW(collected(std::string("\x1f\x8b\x08\0\0\0\0\0\0\0", 10)), damaged_file);
    EXPECT_THROW(collected(testing::bgzf_file(">a\nACGT", 3).substr(0, 40)), damaged_file);
}

}  // namespace
}  // namespace callstream::hts
