#include "engine/reference/fasta_digests.hpp"

#include "tests/support/reference_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/stopped.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace callstream::reference {
namespace {

using testing::fails_with;
using testing::fasta_text;
using testing::has_value;

class fasta_digests_test : public ::testing::Test {
 protected:
    fasta_digests_test() {
        testing::write_file(
            path, testing::bgzf_file(fasta_text("b", "acgt") + fasta_text("a", "TT"))
        );
    }
    std::shared_ptr<indexed_fasta> open(bool indexed = true) const {
        auto fasta = indexed_fasta::open(path).value();
        if (indexed) {
            EXPECT_TRUE(has_value(fasta->make_index(state, {})));
        }
        return fasta;
    }
    std::filesystem::path kept() const {
        for (const auto& entry : std::filesystem::directory_iterator(state)) {
            if (entry.path().extension() == ".digests") return entry.path();
        }
        return {};
    }

    testing::temp_dir dir;
    std::filesystem::path path = dir / "a.fa.gz";
    std::filesystem::path state = dir / "state";
};

TEST_F(fasta_digests_test, are_computed_once_and_kept) {
    fasta_digests digests(open());
    EXPECT_FALSE(digests.find_index(state, {}));
    EXPECT_EQ(digests.all(), nullptr);
    ASSERT_TRUE(has_value(digests.make_index(state, {})));
    const auto all = digests.all();
    ASSERT_NE(all, nullptr);
    EXPECT_EQ(all->sequences[0].md5, "f1f8f4bf413b16ad135722aa4591043e");
    EXPECT_EQ(all->sequences[1].md5, md5_text("TT"));
    EXPECT_EQ(digests.bytes_done(), digests.identity().size);
    fasta_digests again(open());
    EXPECT_TRUE(again.find_index(state, {}));
    EXPECT_EQ(again.bytes_done(), 0U) << "the file was read again";
    EXPECT_EQ(again.all()->sequences[1].sha512t24u, all->sequences[1].sha512t24u);
    EXPECT_EQ(again.all()->md5, all->md5);
}

TEST_F(fasta_digests_test, that_of_the_set_does_not_depend_on_the_order) {
    fasta_digests digests(open());
    ASSERT_TRUE(has_value(digests.make_index(state, {})));
    const std::string first = md5_text("ACGT");
    const std::string second = md5_text("TT");
    EXPECT_EQ(digests.all()->md5, md5_text(std::min(first, second) + std::max(first, second)));
    testing::replace_file(
        path, testing::bgzf_file(fasta_text("a", "TT") + fasta_text("c", "ACGT"))
    );
    fasta_digests other(open());
    ASSERT_TRUE(has_value(other.make_index(state, {})));
    EXPECT_EQ(other.all()->md5, digests.all()->md5);
}

TEST_F(fasta_digests_test, what_is_kept_is_used_only_when_it_is_whole) {
    {
        fasta_digests digests(open());
        ASSERT_TRUE(has_value(digests.make_index(state, {})));
    }
    const auto whole = testing::read_file(kept());
    for (const auto& text :
         {std::string(), whole.substr(0, whole.size() - 1), whole + "x", "x" + whole}) {
        testing::write_file(kept(), text);
        fasta_digests digests(open());
        EXPECT_FALSE(digests.find_index(state, {})) << text;
        ASSERT_TRUE(has_value(digests.make_index(state, {})));
        EXPECT_EQ(testing::read_file(kept()), whole);
    }
}

TEST_F(fasta_digests_test, wait_for_the_index_and_for_another_try) {
    fasta_digests early(open(false));
    EXPECT_TRUE(fails_with(early.make_index(state, {}), errc::unavailable));
    fasta_digests digests(open());
    EXPECT_TRUE(fails_with(digests.make_index(state, testing::stopped()), errc::unavailable));
    EXPECT_FALSE(digests.is_settled());
    testing::write_file(dir / "file", "where a folder should be");
    EXPECT_ANY_THROW((void)digests.make_index(dir / "file" / "below", {}));
    EXPECT_TRUE(digests.is_indexed()) << "they are good even where they cannot be kept";
}

TEST_F(fasta_digests_test, of_a_file_that_does_not_fit_its_index_are_refused) {
    path = dir / "b.fa";
    testing::write_file(path, ">a\nACGT\nACGT\n");
    testing::write_file(path.string() + ".fai", "a\t8\t3\t5\t6\n");
    fasta_digests digests(open());
    ASSERT_TRUE(has_value(digests.make_index(state, {})));
    ASSERT_TRUE(digests.refusal());
    EXPECT_THAT(digests.refusal()->text, ::testing::HasSubstr("is damaged"));
    EXPECT_TRUE(digests.is_settled());
}

}  // namespace
}  // namespace callstream::reference
