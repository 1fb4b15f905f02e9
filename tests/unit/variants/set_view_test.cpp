#include "engine/variants/set_view.hpp"

#include "tests/support/vcf_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::variants {
namespace {

using ::testing::ElementsAre;
using testing::vcf_builder;

/// Contigs 1 and 2, nothing, the rest of contig 2 and contig 3.
class set_view_test : public ::testing::Test {
 protected:
    void SetUp() override {
        add({{"1", 10}, {"1", 20}, {"2", 30}});
        add({});
        add({{"2", 40}, {"2", 40}, {"3", 5}});
    }
    void add(const std::vector<std::pair<std::string, long>>& places) {
        vcf_builder file;
        for (const auto& [contig, position] : places) {
            file.record(contig, position, "GT", {"0/1", "1|1"});
        }
        const auto path = dir / (std::to_string(files.size()) + ".vcf.gz");
        file.write_vcf_gz(path);
        files.push_back(variant_file::open(path).value());
    }

    testing::temp_dir dir;
    file_list files;
};

TEST_F(set_view_test, adds_up_the_contigs_of_its_files) {
    for (const auto& file : files) ASSERT_TRUE(file->make_index(dir / "state", {}));
    const auto contigs = set_view(files).contigs();
    ASSERT_TRUE(contigs);
    std::vector<std::string> told;
    for (const auto& c : *contigs) {
        told.push_back(
            c.name + ": " + std::to_string(c.records) + " from #" +
            std::to_string(c.first_ordinal) + ", " + std::to_string(c.first_pos0) + " to " +
            std::to_string(c.last_pos0)
        );
    }
    EXPECT_THAT(
        told, ElementsAre("1: 2 from #0, 9 to 19", "2: 3 from #2, 29 to 39", "3: 1 from #5, 4 to 4")
    );
}

TEST_F(set_view_test, knows_no_contigs_before_all_files_are_indexed) {
    ASSERT_TRUE(files.back()->make_index(dir / "state", {}));
    EXPECT_FALSE(set_view(files).contigs());
}

}  // namespace
}  // namespace callstream::variants
