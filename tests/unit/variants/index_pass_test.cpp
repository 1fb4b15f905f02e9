#include "engine/variants/index_pass.hpp"

#include "engine/core/file.hpp"
#include "engine/hts/bgzf.hpp"
#include "engine/variants/ordinal_index.hpp"
#include "tests/support/results.hpp"
#include "tests/support/stopped.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

#include <string>

namespace callstream::variants {
namespace {

using testing::error_text;
using testing::fails_with;
using testing::has_value;
using testing::many_records;
using testing::vcf_builder;

class index_pass : public ::testing::Test {
 protected:
    result<void> build(const std::string& bytes, std::stop_token stop = {}) {
        testing::write_file(data, bytes);
        return build_ordinal_index(data, index, progress, stop);
    }
    std::shared_ptr<const ordinal_index> load() const {
        const auto fd = open_regular(data).value();
        const auto size = identity_of(fd.get()).size;
        return ordinal_index::load(index, hts::provisional_fingerprint(fd.get(), size)).value();
    }

    testing::temp_dir dir;
    std::filesystem::path data = dir / "data";
    std::filesystem::path index = dir / "data.ord";
    index_progress progress;
};

TEST_F(index_pass, counts_records_and_contigs) {
    ASSERT_TRUE(has_value(build(many_records(30).vcf_gz(700))));
    const auto made = load();
    EXPECT_EQ(made->records(), 60U);
    ASSERT_EQ(made->contigs().size(), 2U);
    EXPECT_EQ(made->contigs()[0].name, "1");
    EXPECT_EQ(made->contigs()[1].name, "2");
    EXPECT_EQ(made->contigs()[1].first_ordinal, 30U);
    EXPECT_EQ(made->contigs()[1].records, 30U);
    EXPECT_EQ(progress.bytes_done, std::filesystem::file_size(data));
}

TEST_F(index_pass, has_one_entry_per_block_in_which_a_record_starts) {
    ASSERT_TRUE(has_value(build(many_records(30).vcf_gz(700))));
    const auto made = load();
    ASSERT_GT(made->entries().size(), 2U);
    EXPECT_EQ(made->entries()[0].ordinal, 0U);
    for (std::size_t i = 1; i < made->entries().size(); ++i) {
        const auto& before = made->entries()[i - 1];
        const auto& entry = made->entries()[i];
        EXPECT_GT(entry.ordinal, before.ordinal);
        EXPECT_GT(entry.virtual_offset >> 16, before.virtual_offset >> 16);
    }
}

TEST_F(index_pass, notes_position_contig_and_duplicate_of_each_entry) {
    // Records longer than a block: each starts in a block of its own.
    vcf_builder file;
    const std::string note(2000, 'n');
    for (const long position : {10, 10, 10, 20}) {
        file.record("1", position, "GT:NT", {"0/1:" + note, "0/1:" + note});
    }
    file.record("2", 20, "GT:NT", {"0/1:" + note, "0/1:" + note});
    ASSERT_TRUE(has_value(build(file.vcf_gz(500))));
    const auto made = load();
    ASSERT_EQ(made->entries().size(), 5U);
    const std::uint32_t duplicates[] = {1, 2, 3, 1, 1};
    const std::int64_t positions[] = {9, 9, 9, 19, 19};
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(made->entries()[i].duplicate, duplicates[i]) << i;
        EXPECT_EQ(made->entries()[i].pos0, positions[i]) << i;
        EXPECT_EQ(made->entries()[i].contig, i == 4 ? 1U : 0U) << i;
    }
}

TEST_F(index_pass, contigs_are_in_the_order_of_the_file_not_of_the_header) {
    const auto file = vcf_builder()
                          .record("2", 5, "GT", {"0/1", "0/0"})
                          .record("late", 5, "GT", {"0/1", "0/0"})
                          .record("1", 5, "GT", {"0/1", "0/0"});
    ASSERT_TRUE(has_value(build(file.vcf_gz())));
    const auto made = load();
    ASSERT_EQ(made->contigs().size(), 3U);
    EXPECT_EQ(made->contigs()[0].name, "2");
    EXPECT_EQ(made->contigs()[1].name, "late");
    EXPECT_EQ(made->contigs()[2].name, "1");
}

TEST_F(index_pass, a_file_without_records_is_indexed) {
    ASSERT_TRUE(has_value(build(vcf_builder().vcf_gz())));
    EXPECT_EQ(load()->records(), 0U);
}

TEST_F(index_pass, an_unsorted_file_is_refused_with_the_place_and_the_cure) {
    const auto back =
        vcf_builder().record("1", 20, "GT", {"0/1", "0/0"}).record("1", 19, "GT", {"0/1", "0/0"});
    const auto again = vcf_builder()
                           .record("1", 20, "GT", {"0/1", "0/0"})
                           .record("2", 1, "GT", {"0/1", "0/0"})
                           .record("1", 30, "GT", {"0/1", "0/0"});
    EXPECT_EQ(
        error_text(build(back.vcf_gz())),
        "is not sorted: 1:19 comes too late; mend it with bcftools sort"
    );
    EXPECT_TRUE(fails_with(build(again.vcf_gz()), errc::file_unusable));
    EXPECT_EQ(
        error_text(build(again.vcf_gz())),
        "is not sorted: 1:30 comes too late; mend it with bcftools sort"
    );
    EXPECT_FALSE(std::filesystem::exists(index));
}

TEST_F(index_pass, a_truncated_file_never_gets_an_index) {
    const std::string whole = many_records(12).vcf_gz(700);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        bool published = true;
        try {
            published = build(whole.substr(0, size)).has_value();
        } catch (const damaged_file&) {
            published = false;
        }
        ASSERT_FALSE(published) << size;
        ASSERT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1) << size;
    }
}

TEST_F(index_pass, a_damaged_block_throws) {
    std::string bytes = many_records(12).vcf_gz(700);
    bytes[bytes.size() - 60] ^= 0x10;  // in the last block with records
    EXPECT_THROW((void)build(bytes), damaged_file);
    EXPECT_FALSE(std::filesystem::exists(index));
}

TEST_F(index_pass, stops_when_asked_to_and_leaves_nothing) {
    const auto stopped = build(many_records(30).vcf_gz(700), testing::stopped());
    EXPECT_TRUE(fails_with(stopped, errc::unavailable));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
}

TEST_F(index_pass, a_file_that_is_gone_is_not_called_unusable) {
    EXPECT_TRUE(fails_with(build_ordinal_index(data, index, progress, {}), errc::file_replaced));
}

TEST_F(index_pass, an_index_that_cannot_be_written_throws) {
    testing::write_file(data, many_records(3).vcf_gz());
    EXPECT_THROW(
        (void)build_ordinal_index(data, dir / "absent" / "x.ord", progress, {}), std::system_error
    );
}

}  // namespace
}  // namespace callstream::variants
