#include "engine/reference/indexed_fasta.hpp"

#include "tests/support/reference_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/stopped.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace callstream::reference {
namespace {

using testing::error_text;
using testing::fails_with;
using testing::fasta_text;
using testing::has_value;
using ::testing::HasSubstr;
using testing::some_letters;

class indexed_fasta_test : public ::testing::Test {
 protected:
    std::string text() const { return fasta_text("1", letters) + fasta_text("2", "ACGT"); }
    std::shared_ptr<indexed_fasta> open() const { return indexed_fasta::open(path).value(); }
    static std::string bases(const indexed_fasta& fasta) {
        reference_cursor cursor(fasta.file());
        return testing::bases_of(cursor, 0, 0, 500);
    }

    testing::temp_dir dir;
    std::filesystem::path path = dir / "a.fa.gz";
    std::filesystem::path state = dir / "state";
    std::string letters = some_letters(500, 7);
};

TEST_F(indexed_fasta_test, takes_the_indexes_beside_the_file) {
    testing::write_file(path, testing::bgzf_file(text()));
    testing::run_tool("samtools faidx " + path.string());
    const auto fasta = open();
    EXPECT_TRUE(fasta->is_indexed());
    EXPECT_EQ(fasta->beside_problem(), "");
    EXPECT_EQ(bases(*fasta), letters);
}

TEST_F(indexed_fasta_test, makes_what_is_missing_in_the_folder_once) {
    testing::write_file(path, testing::bgzf_file(text(), 100));
    const auto fasta = open();
    EXPECT_FALSE(fasta->is_indexed());
    EXPECT_EQ(fasta->file(), nullptr);
    ASSERT_TRUE(has_value(fasta->make_index(state, {})));
    EXPECT_EQ(bases(*fasta), letters);
    EXPECT_EQ(fasta->bytes_done(), fasta->identity().size);
    EXPECT_FALSE(std::filesystem::exists(path.string() + ".fai"));
    const auto again = open();
    EXPECT_TRUE(again->find_index(state, {}));
    EXPECT_EQ(again->bytes_done(), 0U) << "the file was read again";
    EXPECT_EQ(bases(*again), letters);
}

TEST_F(indexed_fasta_test, does_not_use_an_index_beside_it_that_is_wrong) {
    testing::write_file(path, testing::bgzf_file(text()));
    testing::run_tool("samtools faidx " + path.string());
    std::string gzi(8, '\xff');  // so many blocks that htslib would write beyond its memory
    testing::write_file(path.string() + ".gzi", gzi);
    const auto fasta = open();
    EXPECT_FALSE(fasta->is_indexed());
    EXPECT_NE(fasta->beside_problem(), "");
    ASSERT_TRUE(has_value(fasta->make_index(state, {})));
    EXPECT_EQ(bases(*fasta), letters);
}

TEST_F(indexed_fasta_test, is_refused_with_the_cure_when_no_index_would_help) {
    const auto refusal = [&](const std::string& bytes) {
        testing::write_file(path, bytes);
        return error_text(indexed_fasta::open(path));
    };
    const std::string packed = testing::bgzf_file(text());
    EXPECT_THAT(refusal(packed.substr(0, packed.size() - 28)), HasSubstr("was cut off"));
    testing::write_file(dir / "x", text());
    testing::run_tool("gzip -c " + (dir / "x").string() + " > " + (dir / "y").string());
    EXPECT_THAT(refusal(testing::read_file(dir / "y")), HasSubstr("bgzip > NEW"));
}

TEST_F(indexed_fasta_test, what_the_pass_finds_wrong_is_kept) {
    testing::write_file(path, testing::bgzf_file(">1\nACGT\nAC\nACGT\n"));
    const auto fasta = open();
    ASSERT_TRUE(fasta->make_index(state, {}));
    ASSERT_TRUE(fasta->refusal());
    EXPECT_TRUE(fasta->is_settled());
    EXPECT_FALSE(fasta->is_indexed());
}

TEST_F(indexed_fasta_test, a_replaced_file_and_a_stop_leave_no_outcome) {
    testing::write_file(path, testing::bgzf_file(text()));
    const auto fasta = open();
    EXPECT_TRUE(fails_with(fasta->make_index(state, testing::stopped()), errc::unavailable));
    testing::replace_file(path, testing::bgzf_file(fasta_text("1", "ACGT")));
    EXPECT_FALSE(fasta->is_current());
    EXPECT_TRUE(fails_with(fasta->make_index(state, {}), errc::file_replaced));
    EXPECT_FALSE(fasta->is_settled());
}

}  // namespace
}  // namespace callstream::reference
