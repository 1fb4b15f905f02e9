#include "engine/reference/fasta_scanner.hpp"

#include "tests/support/results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace callstream::reference {
namespace {

using testing::error_text;
using testing::fails_with;
using testing::has_value;
using ::testing::HasSubstr;

result<fasta_index> scan(std::string_view text, std::size_t piece) {
    fasta_scanner scanner;
    for (std::size_t at = 0; at < text.size(); at += piece) {
        const auto part = text.substr(at, piece);
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(part.data());
        if (auto fine = scanner.add({bytes, part.size()}); !fine) return fine.error();
    }
    return scanner.finish();
}

TEST(fasta_scanner_test, sequences_are_found_however_the_text_is_cut) {
    // As `samtools faidx` 1.16 has it.
    const std::pair<std::string, std::string> table[] = {
        {">a\nACGT", "a\t4\t3\t4\t5\n"},
        {">a\nACGT\nAC", "a\t6\t3\t4\t5\n"},
        {">a some words > here\nACGT\nAC\n", "a\t6\t21\t4\t5\n"},
        {">a\tx\nAC\n", "a\t2\t5\t2\t3\n"},
        {"> \t a b\nAC\n", "a\t2\t8\t2\t3\n"},
        {">a\n>b\nAC\n", "b\t2\t6\t2\t3\n"},
        {">a\n\n>b\nAC\n", "b\t2\t7\t2\t3\n"},
        {">a\r\nACGT\r\nAC\r\n>b\r\nAC", "a\t6\t4\t4\t6\nb\t2\t18\t2\t3\n"},
        {">a\nACGT\nAC\n\n\n>b\nA\n", "a\t6\t3\t4\t5\nb\t1\t16\t1\t2\n"},
        {"\n>a\nAC\n", "a\t2\t4\t2\t3\n"},
        {">a\nACGT\r\nAC\n", "a\t6\t3\t4\t6\n"},
        {">a\nACGT\nACG\r\n", "a\t7\t3\t4\t5\n"},
        {">a\nAC-N*\n", "a\t5\t3\t5\t6\n"},
        {">\xc3\xa4\nAC\n", "\xc3\xa4\t2\t4\t2\t3\n"},
    };
    for (const auto& [text, expected] : table) {
        for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) {
            const auto index = scan(text, piece);
            ASSERT_TRUE(has_value(index)) << text << piece;
            EXPECT_EQ(index->to_fai(), expected) << text << piece;
        }
    }
}

TEST(fasta_scanner_test, what_is_wrong_is_said_with_its_line) {
    const std::pair<std::string, std::string> table[] = {
        {"", "no line that begins with >"},
        {"\n\n", "no line that begins with >"},
        {"ACGT\n", "line 1 does not begin with >"},
        {"\n;old style\n>a\nACGT\n", "line 2 does not begin with >"},
        {"@read\nACGT\n+\nIIII\n", "is FASTQ"},
        {std::string("\x1f\x8b\x08\x00", 4), "not FASTA: line 1"},
        {std::string("BAM\1", 4), "not FASTA: line 1"},
        {">a", "no sequence has a letter"},
        {">a\n>b\n\n", "no sequence has a letter"},
        {">\nACGT\n", "has no name"},
        {"> \nACGT\n>b\nAC\n", "line 3: the sequence before it has no name"},
        {">a x\nAC\n>b\nAC\n>a y\nAC\n", "two sequences have the name a"},
        {">a\nACG\nACGT\n", "line 3: sequence a has lines of different length"},
        {">a\nACGT\nAC\nACGT\n", "line 4: sequence a has lines of different length"},
        {">a\nACGT\r\nACGT\nACGT\r\n", "line 4: sequence a has lines of different length"},
        {">a\nACG\n\nACG\n", "line 4: sequence a goes on after an empty line"},
        {">a\nACG\n\r\nACG\n", "line 4: sequence a goes on after an empty line"},
        {">a\nAC GT\n", "line 2: blanks within a sequence"},
        {">a\nACGT\t\n", "line 2: blanks within a sequence"},
        {">a\nAC\rGT\n", "line 2: blanks within a sequence"},
        {">a\nACGT\r\r\n", "line 2: blanks within a sequence"},
        {">a\nAC\xffGT\n", "line 2: a byte that is no letter"},
        {std::string(">a\nAC\0GT\n", 9), "line 2: a byte that is no letter"},
        {">a\nAC\x7fGT\n", "line 2: a byte that is no letter"},
        {">" + std::string(5000, 'n') + "\nAC\n", "longer than 4096 bytes"},
        {">a\x01\nAC\n", "control characters"},
    };
    for (const auto& [text, expected] : table) {
        for (const std::size_t piece : {1U, 2U, 3U, 7U, 10'000U}) {
            const auto index = scan(text, piece);
            EXPECT_TRUE(fails_with(index, errc::file_unusable)) << text << piece;
            EXPECT_THAT(error_text(index), HasSubstr(expected)) << text << piece;
        }
    }
}

TEST(fasta_scanner_test, a_fault_stays) {
    fasta_scanner scanner;
    const std::uint8_t wrong[] = {'A'};
    const std::uint8_t right[] = {'\n', '>', 'a', '\n', 'A'};
    EXPECT_FALSE(scanner.add(wrong));
    EXPECT_FALSE(scanner.add(right));
    EXPECT_FALSE(scanner.finish());
}

}  // namespace
}  // namespace callstream::reference
