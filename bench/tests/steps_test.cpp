// Both sides of a comparison must have done the same work.
#include "bench/steps/steps.hpp"

#include "bench/panel/panel_file.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace callstream::bench {
namespace {

TEST(steps, our_side_and_the_rival_make_the_same_cells) {
    const callstream::testing::temp_dir folder;
    for (const auto* ending : {".bcf", ".vcf.gz"}) {
        const panel::options wanted{
            .samples = 30, .variants = 200, .ploidy = 4, .phased = false, .alleles = 20};
        const auto file = panel::cached_panel(wanted, folder.path(), ending);
        const auto ours = matrix_cells(file);
        const auto rival = matrix_cells_htslib(file);
        EXPECT_EQ(ours.calls, 30U * 200U);
        EXPECT_EQ(rival.calls, ours.calls);
        EXPECT_GT(ours.bytes_out, 0U);
        EXPECT_EQ(rival.bytes_out, ours.bytes_out);
        EXPECT_EQ(our_reader(file).calls, ours.calls);
        EXPECT_EQ(bcf_read_only(file).calls, ours.calls);
    }
}

TEST(steps, both_compressors_take_the_whole_text) {
    const callstream::testing::temp_dir folder;
    const std::string text(1'000'000, 'x');
    const auto path = folder / "text";
    callstream::testing::write_file(path, text);
    for (const auto& m : {gzip_ours(path), gzip_zlib(path)}) {
        EXPECT_EQ(m.bytes_in, text.size());
        EXPECT_GT(m.bytes_out, 0U);
        EXPECT_LT(m.bytes_out, text.size() / 10);
    }
}

TEST(steps, calls_made_as_gzip_stand_for_the_text_that_the_rival_compresses) {
    const callstream::testing::temp_dir folder;
    const auto file = panel::cached_panel({.samples = 30, .variants = 200}, folder.path(), ".bcf");
    const auto ours = calls_deflated(file);
    const auto rival = calls_igzip(file);
    EXPECT_EQ(ours.calls, 30U * 200U);
    EXPECT_EQ(rival.calls, ours.calls);
    EXPECT_EQ(ours.bytes_in, rival.bytes_in);
    EXPECT_LT(ours.bytes_out, 2 * rival.bytes_out);
}

}  // namespace
}  // namespace callstream::bench
