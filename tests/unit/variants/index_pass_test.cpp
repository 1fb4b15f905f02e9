#include "engine/variants/index_pass.hpp"

#include "engine/core/file.hpp"
#include "engine/hts/bgzf.hpp"
#include "engine/variants/ordinal_index.hpp"
#include "engine/variants/site_table.hpp"
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

std::size_t files_in(const std::filesystem::path& folder) {
    const std::filesystem::directory_iterator all(folder);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

class index_pass : public ::testing::Test {
 protected:
    result<void> build(const std::string& bytes, std::stop_token stop = {}) {
        testing::write_file(data, bytes);
        return run_index_pass(data, derived, progress, stop);
    }
    std::shared_ptr<const ordinal_index> load() const {
        const auto fd = open_regular(data).value();
        const auto size = identity_of(fd.get()).size;
        return ordinal_index::load(derived.ordinals, hts::provisional_fingerprint(fd.get(), size))
            .value();
    }
    std::shared_ptr<const site_table> load_sites() const {
        const auto fd = open_regular(data).value();
        const auto size = identity_of(fd.get()).size;
        return site_table::load(derived.sites, hts::provisional_fingerprint(fd.get(), size))
            .value();
    }

    testing::temp_dir dir;
    std::filesystem::path data = dir / "data";
    derived_files derived = derived_files::in(dir.path(), 0);
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
    EXPECT_FALSE(std::filesystem::exists(derived.ordinals));
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
        ASSERT_EQ(files_in(dir.path()), 1U) << size;
    }
}

TEST_F(index_pass, a_damaged_block_throws) {
    std::string bytes = many_records(12).vcf_gz(700);
    bytes[bytes.size() - 60] ^= 0x10;  // in the last block with records
    EXPECT_THROW((void)build(bytes), damaged_file);
    EXPECT_FALSE(std::filesystem::exists(derived.ordinals));
}

TEST_F(index_pass, a_file_that_is_gone_is_not_called_unusable) {
    EXPECT_TRUE(fails_with(run_index_pass(data, derived, progress, {}), errc::file_replaced));
}

TEST_F(index_pass, an_index_that_cannot_be_written_throws) {
    testing::write_file(data, many_records(3).vcf_gz());
    testing::write_file(dir / "no_folder", "");
    const auto wrong = derived_files::in(dir / "no_folder", 0);
    EXPECT_THROW((void)run_index_pass(data, wrong, progress, {}), std::system_error);
}

TEST_F(index_pass, notes_every_site) {
    const auto file = vcf_builder()
                          .meta("INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">")
                          .record("1", 10, "GT", {"0/1", "1|1"}, "rs1;rs2", "C,G")
                          .line("1\t20\t.\tAC\t<DEL>\t.\t.\tEND=90000\tGT\t./1\t0/0")
                          .record("2", 5, "DP", {"3", "4"}, std::string(300, 'n'));
    ASSERT_TRUE(has_value(build(file.vcf_gz())));
    const auto sites = load_sites();
    ASSERT_EQ(sites->records(), 3U);
    const site first = sites->at(0);
    EXPECT_EQ(first.pos0, 9);
    EXPECT_EQ(first.length, 1);
    EXPECT_EQ(first.allele_count, 3U);
    EXPECT_EQ(first.name, "rs1;rs2");
    EXPECT_EQ(first.genotypes, (genotype::gt_counts{4, 1, 0, 1, 2, 2, true, true, 1, 0}));
    const site second = sites->at(1);
    EXPECT_EQ(second.length, 90'000 - 19);
    EXPECT_EQ(second.name, "");
    EXPECT_EQ(second.genotypes, (genotype::gt_counts{3, 2, 1, 0, 2, 2, false, true, 1, 1}));
    EXPECT_EQ(sites->at(2).name, std::string(300, 'n'));
    EXPECT_EQ(sites->at(2).genotypes.missing_samples, 2U);
    ASSERT_EQ(sites->long_records().size(), 1U);
    EXPECT_EQ(sites->long_records()[0].ordinal, 1U);
    EXPECT_EQ(sites->long_records()[0].end0, 90'000);
}

/// Enough records for several groups of names and several batches of columns.
vcf_builder thousands_of_records() {
    vcf_builder file;
    for (int i = 0; i < 9000; ++i) {
        const char* genotype = i % 5 == 0 ? "./." : i % 3 == 0 ? "0/1" : "1|1";
        const std::string name = i % 7 == 0 ? "." : "rs" + std::to_string(i * 31);
        file.record(i < 6000 ? "1" : "2", 1 + i / 2, "GT:DP", {"0/0:9", genotype}, name);
    }
    return file;
}

TEST_F(index_pass, makes_the_same_of_a_bcf) {
    thousands_of_records().write_bcf(dir / "binary");
    ASSERT_TRUE(has_value(build(thousands_of_records().vcf_gz(3000))));
    const auto text = load_sites();
    ASSERT_TRUE(has_value(build(testing::read_file(dir / "binary"))));
    const auto binary = load_sites();
    ASSERT_EQ(text->records(), 9000U);
    ASSERT_EQ(binary->records(), 9000U);
    for (std::uint64_t i = 0; i < 9000; ++i) {
        const site a = text->at(i);
        const site b = binary->at(i);
        ASSERT_EQ(a.pos0, static_cast<std::int64_t>(i / 2));
        ASSERT_EQ(b.pos0, a.pos0);
        ASSERT_EQ(b.name, a.name);
        ASSERT_EQ(a.name, i % 7 == 0 ? "" : "rs" + std::to_string(i * 31));
        ASSERT_EQ(b.genotypes, a.genotypes) << i;
    }
}

TEST_F(index_pass, goes_on_where_it_was_stopped) {
    const std::string bytes = thousands_of_records().vcf_gz(3000);
    ASSERT_TRUE(has_value(build(bytes)));
    const std::string ordinals = testing::read_file(derived.ordinals);
    const std::string sites = testing::read_file(derived.sites);
    std::filesystem::remove(derived.ordinals);
    std::filesystem::remove(derived.sites);
    // Stopped before each block again: every pass gets one block further.
    int passes = 0;
    for (;; ++passes) {
        const auto outcome = run_index_pass(data, derived, progress, testing::stopped());
        if (outcome) break;
        ASSERT_TRUE(fails_with(outcome, errc::unavailable));
        ASSERT_FALSE(std::filesystem::exists(derived.ordinals));
        if (passes < 100) continue;
        ASSERT_TRUE(has_value(run_index_pass(data, derived, progress, {})));
        break;
    }
    EXPECT_GT(passes, 20);
    EXPECT_EQ(testing::read_file(derived.ordinals), ordinals);
    EXPECT_EQ(testing::read_file(derived.sites), sites);
    EXPECT_FALSE(std::filesystem::exists(derived.work));
}

TEST_F(index_pass, starts_anew_when_the_file_is_another_one) {
    testing::write_file(data, thousands_of_records().vcf_gz(3000));
    EXPECT_FALSE(run_index_pass(data, derived, progress, testing::stopped()));
    ASSERT_TRUE(std::filesystem::exists(derived.work / "checkpoint"));
    ASSERT_TRUE(has_value(build(many_records(30).vcf_gz())));
    EXPECT_EQ(load()->records(), 60U);
    EXPECT_EQ(load_sites()->at(59).genotypes.het_samples, 1U);
}

TEST_F(index_pass, does_not_trust_a_damaged_checkpoint) {
    const std::string bytes = thousands_of_records().vcf_gz(3000);
    for (const char* name : {"checkpoint", "records", "names", "blocks"}) {
        testing::write_file(data, bytes);
        for (int blocks = 0; blocks < 2; ++blocks) {
            EXPECT_FALSE(run_index_pass(data, derived, progress, testing::stopped()));
        }
        const auto path = derived.work / name;
        testing::write_file(path, testing::read_file(path).substr(1));
        ASSERT_TRUE(has_value(run_index_pass(data, derived, progress, {}))) << name;
        EXPECT_EQ(load()->records(), 9000U) << name;
    }
}

TEST_F(index_pass, does_not_go_on_with_working_files_that_were_changed) {
    testing::write_file(data, thousands_of_records().vcf_gz(3000));
    ASSERT_TRUE(has_value(run_index_pass(data, derived, progress, {})));
    const std::string ordinals = testing::read_file(derived.ordinals);
    const std::string sites = testing::read_file(derived.sites);
    for (const char* name : {"checkpoint", "records", "names", "blocks"}) {
        for (const std::size_t part : {3, 5, 7}) {
            for (int blocks = 0; blocks < 3; ++blocks) {
                EXPECT_FALSE(run_index_pass(data, derived, progress, testing::stopped()));
            }
            const auto path = derived.work / name;
            std::string bytes = testing::read_file(path);
            bytes[bytes.size() / part] ^= 1;
            testing::write_file(path, bytes);
            ASSERT_TRUE(has_value(run_index_pass(data, derived, progress, {})));
            EXPECT_EQ(testing::read_file(derived.ordinals), ordinals) << name;
            EXPECT_EQ(testing::read_file(derived.sites), sites) << name;
        }
    }
}

TEST_F(index_pass, makes_a_csi_that_other_tools_can_use) {
    const bool forms[] = {false, true};
    for (const bool bcf : forms) {
        const auto path = dir / (bcf ? "x.bcf" : "x.vcf.gz");
        bcf ? thousands_of_records().write_bcf(path, 3000)
            : thousands_of_records().write_vcf_gz(path, 3000);
        ASSERT_TRUE(has_value(run_index_pass(path, derived, progress, {})));
        const auto query = [&](const std::filesystem::path& index, const char* region) {
            const auto out = (dir / "out").string();
            testing::run_tool(
                "bcftools view -H -r " + std::string(region) + " '" + path.string() + "##idx##" +
                index.string() + "' > " + out
            );
            return testing::read_file(out);
        };
        testing::run_tool(
            "bcftools index -f -o " + (dir / "theirs.csi").string() + " " + path.string()
        );
        for (const char* region : {"1:1-3", "1:1500-1600", "2", "2:4000-4400", "1:2999-9999"}) {
            const auto ours = query(derived.csi, region);
            EXPECT_EQ(ours, query(dir / "theirs.csi", region)) << region;
            EXPECT_FALSE(ours.empty()) << region;
        }
    }
}

TEST_F(index_pass, makes_no_csi_beside_one) {
    const auto path = dir / "x.vcf.gz";
    many_records(30).write_vcf_gz(path);
    testing::run_tool("bcftools index -t " + path.string());
    ASSERT_TRUE(has_value(run_index_pass(path, derived, progress, {})));
    EXPECT_FALSE(std::filesystem::exists(derived.csi));
}

}  // namespace
}  // namespace callstream::variants
