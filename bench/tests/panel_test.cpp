#include "bench/panel/panel_file.hpp"
#include "engine/core/hash.hpp"
#include "engine/variants/variant_file.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace callstream::panel {
namespace {

std::string bytes_of(const std::filesystem::path& path) {
    return callstream::testing::read_file(path);
}

options small() {
    return {.samples = 50, .variants = 300, .contigs = 3, .missing = 0.1};
}

TEST(simulation, is_the_same_on_every_machine) {
    // Another hash means that cached panels are stale: raise the version in their names with it.
    simulation simulated({.samples = 500, .variants = 2000, .ploidy = 2, .seed = 7, .contigs = 2});
    std::string all;
    for (int i = 0; i < 2000; ++i) {
        all += std::to_string(simulated.next().pos0) + ' ';
        const auto alleles = simulated.alleles();
        all.append(alleles.begin(), alleles.end());
    }
    EXPECT_EQ(hash64(all), 14064601155633889453U);
}

TEST(simulation, most_variants_are_rare_and_frequencies_fall_like_one_over_x) {
    constexpr int sites = 4000;
    simulation simulated({.samples = 1000, .variants = sites});
    int once = 0;
    int below_ten = 0;
    int below_hundred = 0;
    for (int i = 0; i < sites; ++i) {
        simulated.next();
        const auto alleles = simulated.alleles();
        const auto carriers =
            std::count_if(alleles.begin(), alleles.end(), [](auto a) { return a != 0; });
        once += carriers == 1;
        below_ten += carriers < 10;
        below_hundred += carriers < 100;
    }
    // 1/x over 2,000 haplotypes: 12 %, 35 % and 63 %.
    EXPECT_NEAR(once, 0.12 * sites, 0.03 * sites);
    EXPECT_NEAR(below_ten, 0.35 * sites, 0.05 * sites);
    EXPECT_NEAR(below_hundred, 0.63 * sites, 0.08 * sites);
}

TEST(panel_file, same_arguments_same_bytes) {
    const callstream::testing::temp_dir folder;
    for (const auto* ending : {".bcf", ".vcf.gz"}) {
        const auto a = folder.path() / (std::string("a") + ending);
        const auto b = folder.path() / (std::string("b") + ending);
        write_panel(small(), a);
        write_panel(small(), b);
        EXPECT_EQ(bytes_of(a), bytes_of(b));
        EXPECT_EQ(bytes_of(a.native() + ".csi"), bytes_of(b.native() + ".csi"));
        auto other = small();
        other.seed = 2;
        write_panel(other, b);
        EXPECT_NE(bytes_of(a), bytes_of(b));
    }
}

TEST(panel_file, regions_are_found_by_its_index) {
    const callstream::testing::temp_dir folder;
    // Many blocks, so that threads that pack them have something to do.
    const options wanted{.samples = 400, .variants = 9000, .contigs = 3};
    for (const auto* ending : {".bcf", ".vcf.gz"}) {
        const auto path = (folder.path() / (std::string("p") + ending)).string();
        const auto text = (folder.path() / "text").string();
        write_panel(wanted, path);
        for (const auto* contig : {"1", "2", "3"}) {
            callstream::testing::run_tool(
                "bcftools view -H -G -r " + std::string(contig) + " " + path + " > " + text
            );
            const auto lines = bytes_of(text);
            EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3000) << path << contig;
        }
    }
}

TEST(panel_file, holds_what_was_asked_for) {
    const callstream::testing::temp_dir folder;
    const auto path = folder.path() / "p.bcf";
    auto wanted = small();
    wanted.ploidy = 4;
    wanted.with_depths = true;
    write_panel(wanted, path);
    const auto file = variants::variant_file::open(path).value();
    EXPECT_EQ(file->header().samples.size(), wanted.samples);
    EXPECT_EQ(file->header().contigs.size(), wanted.contigs);
    EXPECT_EQ(file->record_count(), wanted.variants);  // as the CSI says
    auto cursor = file->cursor().value();
    cursor->rewind();
    const auto* record = cursor->next();
    ASSERT_NE(record, nullptr);
    std::vector<std::uint32_t> values;
    for (const auto& field : record->fields) values.push_back(field.per_sample);
    EXPECT_THAT(values, ::testing::ElementsAre(4, 2, 1, 1, 5));  // GT, AD, DP, GQ, PL
}

TEST(panel_file, is_made_once_when_cached) {
    const callstream::testing::temp_dir folder;
    const auto path = cached_panel(small(), folder.path(), ".bcf");
    callstream::testing::write_file(path, "marked");
    EXPECT_EQ(cached_panel(small(), folder.path(), ".bcf"), path);
    EXPECT_EQ(bytes_of(path), "marked");
    auto other = small();
    other.phased = false;
    EXPECT_NE(cached_panel(other, folder.path(), ".bcf"), path);
}

TEST(panel_file, refuses_nonsense_and_leaves_nothing_behind) {
    const callstream::testing::temp_dir folder;
    auto wanted = small();
    wanted.samples = 0;
    EXPECT_THROW(write_panel(wanted, folder.path() / "p.bcf"), std::runtime_error);
    EXPECT_THROW(write_panel(small(), folder.path() / "p.vcf"), std::runtime_error);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace callstream::panel
