#include "engine/catalog/reference_link.hpp"

#include "tests/support/reference_builder.hpp"

#include <gtest/gtest.h>

namespace callstream::catalog {
namespace {

class reference_link : public ::testing::Test {
 protected:
    reference_link() {
        const std::string text =
            testing::fasta_text("1", "ACGTACGT") + testing::fasta_text("MT", "ACGT");
        testing::write_file(dir / "a.fa", text);
        reference = testing::open_reference(dir / "a.fa");
    }
    std::string misfit_of(const std::vector<hts::contig>& contigs, const contig_names& names = {}) {
        hts::variant_header header;
        header.contigs = contigs;
        return misfit(header, *reference, names);
    }
    testing::temp_dir dir;
    std::shared_ptr<const reference::reference_file> reference;
};

TEST_F(reference_link, contigs_fit_by_name_and_length) {
    EXPECT_EQ(misfit_of({{"1", 8, 0}, {"MT", 4, 1}}), "");
    EXPECT_EQ(misfit_of({{"1", 0, 0}}), "") << "a length that is not said is no obstacle";
    EXPECT_EQ(misfit_of({{"1", 9, 0}}), "declares 1 with 9 bases, in the reference it has 8");
    EXPECT_EQ(
        misfit_of({{"1", 8, 0}, {"2", 8, 1}}), "declares the contig 2, which the reference lacks"
    );
    EXPECT_EQ(misfit_of({}), "declares no contigs");
}

TEST_F(reference_link, contigs_fit_under_their_other_names) {
    EXPECT_EQ(misfit_of({{"chr1", 8, 0}, {"chrM", 4, 1}}), "");
    contig_names names;
    names.declare({"NC_1", "1"});
    EXPECT_EQ(misfit_of({{"NC_1", 8, 0}}, names), "");
    EXPECT_NE(misfit_of({{"NC_1", 8, 0}}), "");
}

}  // namespace
}  // namespace callstream::catalog
