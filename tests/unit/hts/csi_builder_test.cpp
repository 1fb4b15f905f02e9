#include "engine/hts/csi_builder.hpp"

#include "engine/core/file.hpp"
#include "engine/hts/index_file.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <system_error>

namespace callstream::hts {
namespace {

constexpr std::uint64_t at(std::uint64_t block, std::uint64_t within = 0) {
    return block << 16 | within;
}

class csi_builder_test : public ::testing::Test {
 protected:
    index_file saved(
        csi_builder& builder, std::uint64_t end, const std::vector<std::string>& names = {}
    ) {
        builder.save(path, end, names);
        return read_index_file(open_regular(path).value().get()).value();
    }
    testing::temp_dir dir;
    std::filesystem::path path = dir / "x.csi";
};

TEST_F(csi_builder_test, counts_records_and_says_where_they_lie) {
    csi_builder builder(at(0, 500));
    EXPECT_TRUE(builder.add(0, 9, 10, at(0, 600)));
    EXPECT_TRUE(builder.add(0, 70'000, 70'001, at(1000)));
    EXPECT_TRUE(builder.add(2, 0, 5, at(1000, 90)));
    const auto index = saved(builder, at(2000));
    EXPECT_EQ(index.format, index_format::csi);
    EXPECT_FALSE(index.has_names);
    ASSERT_EQ(index.contigs.size(), 3U);
    EXPECT_EQ(index.contigs[0].counts->mapped, 2U);
    EXPECT_EQ(index.contigs[0].first_offset, at(0, 500));
    EXPECT_EQ(index.contigs[0].last_offset, at(1000));
    EXPECT_EQ(index.contigs[1].chunks, 0U);
    EXPECT_EQ(index.contigs[2].counts->mapped, 1U);
    EXPECT_EQ(index.contigs[2].first_offset, at(1000));
    EXPECT_EQ(index.records(), 3U);
}

TEST_F(csi_builder_test, names_the_contigs_of_a_text) {
    csi_builder builder(at(0, 500));
    EXPECT_TRUE(builder.add(0, 9, 10, at(0, 600)));
    EXPECT_TRUE(builder.add(1, 9, 10, at(0, 700)));
    const auto index = saved(builder, at(2000), {"chr1", "odd name"});
    EXPECT_TRUE(index.has_names);
    ASSERT_EQ(index.contigs.size(), 2U);
    EXPECT_EQ(index.contigs[0].name, "chr1");
    EXPECT_EQ(index.contigs[1].name, "odd name");
}

TEST_F(csi_builder_test, a_file_without_records_has_an_index_too) {
    csi_builder builder(at(0, 500));
    EXPECT_TRUE(saved(builder, at(100)).contigs.empty());
}

TEST_F(csi_builder_test, takes_odd_places) {
    csi_builder builder(at(0, 500));
    EXPECT_TRUE(builder.add(0, -1, 0, at(0, 600)));   // a telomere: POS 0
    EXPECT_TRUE(builder.add(0, 50, 50, at(0, 700)));  // covers nothing
    EXPECT_TRUE(builder.add(0, 50, 20, at(0, 800)));  // ends before it begins
    EXPECT_TRUE(builder.add(0, 50, std::int64_t{1} << 32, at(0, 900)));
    EXPECT_EQ(saved(builder, at(1000)).contigs[0].counts->mapped, 4U);
}

TEST_F(csi_builder_test, says_what_it_cannot_hold) {
    csi_builder builder(at(0, 500));
    EXPECT_FALSE(builder.add(0, 5, (std::int64_t{1} << 32) + 1, at(0, 600)));
    EXPECT_FALSE(builder.add(0, std::int64_t{1} << 32, (std::int64_t{1} << 32) + 1, at(0, 600)));
}

TEST_F(csi_builder_test, an_index_that_cannot_be_written_throws_and_leaves_nothing) {
    csi_builder builder(at(0, 500));
    EXPECT_THROW(builder.save(dir / "absent" / "x.csi", at(100), {}), std::system_error);
    EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST_F(csi_builder_test, leaves_the_index_alone_in_its_folder) {
    csi_builder builder(at(0, 500));
    builder.save(path, at(100), {});
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
}

}  // namespace
}  // namespace callstream::hts
