#include "engine/catalog/catalog.hpp"

#include "engine/core/id.hpp"
#include "tests/support/reference_builder.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace callstream::catalog {
namespace {

using ::testing::ElementsAre;
using testing::many_records;
using testing::vcf_builder;

class catalog_test : public ::testing::Test {
 protected:
    void add(const std::string& relative) { many_records(1).write_vcf_gz(dir / relative); }
    std::shared_ptr<const snapshot> look(const snapshot* before = nullptr) const {
        return snapshot::make(scan(dir.path()), before);
    }
    static std::vector<std::string> ids(const snapshot& s) {
        std::vector<std::string> out;
        for (const auto* set : s.variant_sets()) out.push_back(set->id);
        return out;
    }

    testing::temp_dir dir;
};

TEST_F(catalog_test, ids_are_made_of_folder_and_stem) {
    for (const char* name : {"top.vcf.gz", "wheat/a b.vcf.gz", "wheat/2020/a.vcf.bgz"}) add(name);
    const auto now = look();
    EXPECT_THAT(ids(*now), ElementsAre("main~top", "wheat.2F2020~a", "wheat~a.20b"));
    const auto* set = now->find_variant_set("wheat~a.20b");
    ASSERT_NE(set, nullptr);
    EXPECT_EQ(set->name, "a b");
    EXPECT_EQ(set->home->id, "wheat");
    EXPECT_THAT(set->relative, ElementsAre("wheat/a b.vcf.gz"));
    EXPECT_EQ(now->find_variant_set("wheat~a b"), nullptr);
    EXPECT_EQ(now->find_variant_set("wheat"), nullptr);
    EXPECT_EQ(now->find_variant_set(""), nullptr);
}

TEST_F(catalog_test, of_twins_the_bcf_has_the_stem_and_the_others_their_ending) {
    many_records(1).write_bcf(dir / "both.bcf");
    for (const char* name :
         {"both.vcf.gz", "both.vcf.bgz", "text.vcf.gz", "text.vcf.bgz", "set/both.vcf.gz"}) {
        add(name);
    }
    const auto now = look();
    const std::pair<const char*, const char*> table[] = {
        {"main~both", "both.bcf"},
        {"main~both.2Evcf.2Egz", "both.vcf.gz"},
        {"main~both.2Evcf.2Ebgz", "both.vcf.bgz"},
        {"main~text", "text.vcf.gz"},
        {"main~text.2Evcf.2Ebgz", "text.vcf.bgz"},
        {"set~both", "set/both.vcf.gz"},
    };
    for (const auto& [id, relative] : table) {
        const auto* set = now->find_variant_set(id);
        ASSERT_NE(set, nullptr) << id;
        EXPECT_THAT(set->relative, ElementsAre(relative));
    }
    EXPECT_EQ(now->variant_sets().size(), std::size(table));
}

TEST_F(catalog_test, no_two_variant_sets_have_one_id) {
    many_records(1).write_bcf(dir / "a.bcf");
    add("a.vcf.gz");                                  // the twin, named a.vcf.gz
    many_records(1).write_bcf(dir / "a.vcf.gz.bcf");  // its stem is a.vcf.gz
    const auto now = look();
    const auto all = ids(*now);
    EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size())
        << ::testing::PrintToString(all);
}

TEST_F(catalog_test, a_call_set_is_found_whatever_its_sample_is_called) {
    const std::vector<std::string> names = {
        "plain",
        "with space",
        "a~b",
        "dots.and-dashes_",
        "50%",
        "M\xC3\xBCller",
        "Latin\xFC",
        "~",
        "a/b",
        "\"quoted\"",
        "semi;colon"};
    vcf_builder().samples(names).write_vcf_gz(dir / "odd.vcf.gz");
    const auto now = look();
    const auto* set = now->find_variant_set("main~odd");
    ASSERT_NE(set, nullptr);
    for (std::uint32_t column = 0; column < names.size(); ++column) {
        const auto found = now->find_call_set(call_set{set, column}.id());
        ASSERT_TRUE(found) << names[column];
        EXPECT_EQ(found->column, column);
        EXPECT_EQ(found->name(), names[column]);
    }
}

TEST_F(catalog_test, ids_of_no_call_set_find_none) {
    add("a.vcf.gz");
    const auto now = look();
    EXPECT_TRUE(now->find_call_set("main~a~s1"));
    for (const char* id :
         {"",
          "~",
          "main~a",
          "main~a~",
          "main~a~s3",
          "main~a~S1",
          "main~b~s1",
          "a~s1",
          "main~a~s.31",
          "main~a~s1 ",
          "main~a~s1~",
          "main~a~.FF"}) {
        EXPECT_FALSE(now->find_call_set(id)) << id;
    }
}

TEST_F(catalog_test, the_creation_date_comes_from_the_header_or_else_from_the_file) {
    vcf_builder().meta("fileDate=20090805").write_vcf_gz(dir / "dated.vcf.gz");
    vcf_builder().meta("fileDate=yesterday").write_vcf_gz(dir / "vague.vcf.gz");
    const auto now = look();
    const auto* dated = now->find_variant_set("main~dated");
    EXPECT_EQ(dated->created, "2009-08-05T00:00:00Z");
    EXPECT_GT(dated->updated, dated->created);
    const auto* vague = now->find_variant_set("main~vague");
    EXPECT_EQ(vague->created, vague->updated);
}

TEST_F(catalog_test, files_that_cannot_be_opened_are_problems) {
    add("good.vcf.gz");
    testing::write_file(dir / "bad.vcf.gz", "junk");
    testing::write_file(dir / "set" / "plain.vcf", "junk");
    const auto now = look();
    EXPECT_THAT(ids(*now), ElementsAre("main~good"));
    std::vector<std::string> names;
    for (const auto& p : now->problems()) names.push_back(p.relative);
    EXPECT_THAT(names, ::testing::UnorderedElementsAre("bad.vcf.gz", "set/plain.vcf"));
}

TEST_F(catalog_test, a_new_look_keeps_unchanged_files_and_opens_replaced_ones) {
    for (const char* name : {"kept.vcf.gz", "replaced.vcf.gz", "removed.vcf.gz"}) add(name);
    const auto before = look();
    testing::replace_file(dir / "replaced.vcf.gz", many_records(2).vcf_gz());
    std::filesystem::remove(dir / "removed.vcf.gz");
    add("added.vcf.gz");
    const auto after = look(before.get());
    EXPECT_THAT(ids(*after), ElementsAre("main~added", "main~kept", "main~replaced"));
    const auto file_of = [](const auto& s, const char* id) {
        return s->find_variant_set(id)->files.front().get();
    };
    EXPECT_EQ(file_of(after, "main~kept"), file_of(before, "main~kept"));
    EXPECT_NE(file_of(after, "main~replaced"), file_of(before, "main~replaced"));
    EXPECT_NE(before->find_variant_set("main~removed"), nullptr) << "a snapshot never changes";
}

TEST_F(catalog_test, a_file_that_was_mended_is_served_at_the_next_look) {
    testing::write_file(dir / "a.vcf.gz", "junk");
    const auto before = look();
    EXPECT_EQ(before->problems().size(), 1U);
    add("a.vcf.gz");
    const auto after = look(before.get());
    EXPECT_TRUE(after->problems().empty());
    EXPECT_NE(after->find_variant_set("main~a"), nullptr);
}

TEST_F(catalog_test, a_file_that_the_index_pass_refused_is_a_problem_from_then_on) {
    vcf_builder()
        .record("1", 20, "GT", {"0/1", "0/0"})
        .record("1", 19, "GT", {"0/1", "0/0"})
        .write_vcf_gz(dir / "unsorted.vcf.gz");
    const auto now = look();
    ASSERT_NE(now->find_variant_set("main~unsorted"), nullptr);
    now->files()[0].file->make_index(dir.path(), {});
    EXPECT_EQ(now->find_variant_set("main~unsorted"), nullptr);
    EXPECT_FALSE(now->find_call_set("main~unsorted~s1"));
    EXPECT_TRUE(now->variant_sets().empty());
    ASSERT_EQ(now->problems().size(), 1U);
    EXPECT_EQ(now->problems()[0].relative, "unsorted.vcf.gz");
    EXPECT_EQ(look(now.get())->variant_sets().size(), 0U) << "the verdict was forgotten";
}

vcf_builder record_at(const std::string& contig, long position) {
    return vcf_builder().record(contig, position, "GT", {"0/1", "1/1"});
}

class split_files : public catalog_test {
 protected:
    void index_all(const snapshot& s) const {
        for (const auto& opened : s.files()) {
            ASSERT_TRUE(opened.file->make_index(state.path(), {}));
        }
    }
    testing::temp_dir state;
};

TEST_F(split_files, wait_until_it_is_known_that_they_are_one_whole) {
    record_at("2", 5).write_vcf_gz(dir / "panel.chr2.vcf.gz");
    record_at("1", 5).write_vcf_gz(dir / "panel.chr1.vcf.gz");
    const auto before = look();
    EXPECT_THAT(ids(*before), ElementsAre());
    EXPECT_EQ(before->waiting().size(), 2U);
    index_all(*before);
    const auto after = look(before.get());
    ASSERT_THAT(ids(*after), ElementsAre("main~panel"));
    EXPECT_TRUE(after->waiting().empty());
    const auto* set = after->find_variant_set("main~panel");
    EXPECT_THAT(set->relative, ElementsAre("panel.chr1.vcf.gz", "panel.chr2.vcf.gz"));
    EXPECT_TRUE(after->find_call_set("main~panel~s2"));
}

TEST_F(split_files, are_one_set_at_once_when_an_index_tells_their_contigs) {
    for (const char* contig : {"1", "2"}) {
        const auto path = dir / ("panel_" + std::string(contig) + ".vcf.gz");
        record_at(contig, 5).write_vcf_gz(path);
        testing::run_tool("bcftools index " + path.string());
        const auto binary = dir / "bcf" / ("x.chr" + std::string(contig) + ".bcf");
        record_at(contig, 5).write_bcf(binary);
        testing::run_tool("bcftools index " + binary.string());
    }
    EXPECT_THAT(ids(*look()), ElementsAre("bcf~x", "main~panel"));
}

TEST_F(split_files, of_one_contig_are_in_the_order_of_their_records) {
    record_at("1", 500).write_vcf_gz(dir / "p.part1.vcf.gz");
    record_at("1", 5).write_vcf_gz(dir / "p.part2.vcf.gz");
    const auto before = look();
    index_all(*before);
    const auto after = look(before.get());
    ASSERT_EQ(after->variant_sets().size(), 1U);
    EXPECT_THAT(
        after->variant_sets()[0]->relative, ElementsAre("p.part2.vcf.gz", "p.part1.vcf.gz")
    );
}

TEST_F(split_files, that_a_pass_refused_leave_the_others_whole) {
    record_at("1", 5).write_vcf_gz(dir / "p.chr1.vcf.gz");
    record_at("2", 5).record("2", 4, "GT", {"0/1", "1/1"}).write_vcf_gz(dir / "p.chr2.vcf.gz");
    const auto before = look();
    index_all(*before);
    const auto after = look(before.get());
    ASSERT_THAT(ids(*after), ElementsAre("main~p"));
    EXPECT_THAT(after->find_variant_set("main~p")->relative, ElementsAre("p.chr1.vcf.gz"));
    ASSERT_EQ(after->problems().size(), 1U);
    EXPECT_EQ(after->problems()[0].relative, "p.chr2.vcf.gz");
}

TEST_F(catalog_test, a_data_set_is_described_by_what_lies_beside_its_files) {
    add("wheat/a.vcf.gz");
    add("plain.vcf.gz");
    testing::write_file(dir / "wheat" / "dataset.toml", "crop = \"wheat\"\n[study]\nid = \"s7\"\n");
    testing::write_file(dir / "wheat" / "samples.tsv", "sample\tgermplasmDbId\ns1\tg1\n");
    testing::write_file(dir / "broken" / "dataset.toml", "crop = \n");
    const auto now = look();
    const auto described = now->find_call_set("wheat~a~s1");
    ASSERT_TRUE(described);
    EXPECT_EQ(described->set->home->study.id, "s7");
    EXPECT_EQ(described->facts()->germplasm_id, "g1");
    EXPECT_EQ(now->find_call_set("wheat~a~s2")->facts(), nullptr);
    EXPECT_EQ(now->find_call_set("main~plain~s1")->set->home->study.id, "main");
    ASSERT_EQ(now->problems().size(), 1U);
    EXPECT_EQ(now->problems()[0].relative, "broken/dataset.toml");
    EXPECT_EQ(now->data_sets().size(), 3U);
}

TEST_F(catalog_test, packed_annotations_with_an_index_are_tracks) {
    const auto packed = testing::bgzf_file("1\t5\t9\n");
    for (const auto* name :
         {"a.bed.gz",
          "lift.gff3.bed.gz",
          "set/a.gff3.gz",
          "set/a.gtf.bgz",
          "bare.gff.gz",
          "old.bed.gz"}) {
        testing::write_file(dir / name, packed);
    }
    testing::write_file(dir / "cut.bed.gz", testing::bgzf_block("1\t5\t9\n"));
    testing::write_file(dir / "a.bed", "no track, and no mistake");
    testing::write_file(dir / "old.bed.gz.tbi", "x");
    const auto written = std::filesystem::last_write_time(dir / "old.bed.gz");
    std::filesystem::last_write_time(dir / "old.bed.gz.tbi", written - std::chrono::hours(1));
    testing::write_file(dir / "a.bed.gz.tbi", "x");
    testing::write_file(dir / "lift.gff3.bed.gz.tbi", "x");
    testing::write_file(dir / "set" / "a.gff3.gz.csi", "x");
    testing::write_file(dir / "set" / "a.gtf.bgz.tbi", "x");
    const auto now = look();
    std::vector<std::string> all;
    for (const auto& track : now->tracks()) all.push_back(track.id + " " + track.format);
    EXPECT_THAT(
        all,
        ElementsAre(
            "main~a bed", "main~lift.2Egff3 bed", "set~a.2Egff3.2Egz gff3", "set~a.2Egtf.2Ebgz gtf"
        )
    );
    std::vector<std::string> refused;
    for (const auto& p : now->problems()) refused.push_back(p.relative + " " + p.text);
    EXPECT_THAT(
        refused,
        ::testing::UnorderedElementsAre(
            "bare.gff.gz has no index as new as itself; mend it with tabix -p gff",
            "old.bed.gz has no index as new as itself; mend it with tabix -p bed",
            "cut.bed.gz ends without its BGZF end-of-file block, so it was cut off; get it again"
        )
    );
    EXPECT_EQ(now->restricted_to({"set"})->tracks().size(), 2U);
    std::filesystem::remove(dir / "a.bed.gz.tbi");
    EXPECT_EQ(look(now.get())->tracks().size(), 3U);
}

TEST_F(catalog_test, references_and_reads_are_in_it_with_ids_of_their_own) {
    const std::string fasta = testing::fasta_text("1", "ACGT") + testing::fasta_text("2", "AC");
    testing::write_file(dir / "ref.fa", fasta);
    testing::write_file(dir / "set" / "b.fa", fasta);
    testing::write_file(dir / "set" / "b.fasta", fasta);
    testing::write_file(dir / "cut.fa.gz", testing::bgzf_block(fasta));
    testing::write_file(dir / "x.cram", "junk");
    testing::write_file(dir / "in.sam", "@SQ\tSN:1\tLN:4\n");
    testing::run_tool(
        "samtools view -b -o " + (dir / "r.bam").string() + " " + (dir / "in.sam").string()
    );
    const auto now = look();
    std::vector<std::string> all;
    for (const auto& set : now->reference_sets()) all.push_back(set.id);
    EXPECT_THAT(all, ElementsAre("main~ref", "set~b.2Efa", "set~b.2Efasta"));
    ASSERT_EQ(now->read_group_sets().size(), 1U);
    EXPECT_EQ(now->read_group_sets()[0].id, "main~r");
    std::vector<std::string> refused;
    for (const auto& p : now->problems()) refused.push_back(p.relative);
    EXPECT_THAT(refused, ::testing::UnorderedElementsAre("cut.fa.gz", "x.cram"));
    const auto later = look(now.get());
    EXPECT_EQ(later->reference_sets()[0].fasta, now->reference_sets()[0].fasta);
    EXPECT_EQ(later->read_group_sets()[0].file, now->read_group_sets()[0].file);
}

TEST_F(catalog_test, what_lies_in_a_folder_that_cannot_be_read_now_stays) {
    add("set/a.vcf.gz");
    testing::write_file(dir / "b.fa", testing::fasta_text("1", "ACGT"));
    testing::write_file(dir / "set" / "a.fa", testing::fasta_text("1", "ACGT"));
    testing::write_file(dir / "set" / "dataset.toml", "crop = \"wheat\"\n");
    testing::write_file(dir / "in.sam", "@SQ\tSN:1\tLN:4\n");
    testing::run_tool(
        "samtools view -b -o " + (dir / "set" / "r.bam").string() + " " + (dir / "in.sam").string()
    );
    const auto before = look();
    ASSERT_EQ(before->read_group_sets().size(), 1U);
    // A root user can read every folder, so the look is made by hand.
    scan_result seen = scan(dir.path());
    seen.files.clear();
    seen.reads.clear();
    seen.data_sets.clear();
    std::erase_if(seen.references, [](const auto& file) { return file.data_set == "set"; });
    seen.unread = {"set"};
    const auto now = snapshot::make(seen, before.get());
    EXPECT_THAT(ids(*now), ElementsAre("set~a"));
    EXPECT_EQ(now->find_variant_set("set~a")->home->crop, "wheat");
    ASSERT_EQ(now->reference_sets().size(), 2U);
    EXPECT_EQ(now->reference_sets()[0].id, "main~b");
    EXPECT_EQ(now->reference_sets()[1].id, "set~a");
    EXPECT_EQ(now->reference_sets()[1].home->crop, "wheat");
    ASSERT_EQ(now->read_group_sets().size(), 1U);
    EXPECT_EQ(now->read_group_sets()[0].file, before->read_group_sets()[0].file);
    seen.unread.clear();
    const auto gone = snapshot::make(seen, now.get());
    EXPECT_THAT(ids(*gone), ElementsAre());
    EXPECT_EQ(gone->reference_sets().size(), 1U);
    EXPECT_EQ(gone->read_group_sets().size(), 0U);
}

TEST_F(split_files, find_their_reference_by_names_and_lengths) {
    const auto write = [&](const char* name, std::size_t first, std::size_t second) {
        testing::write_file(
            dir / name,
            testing::fasta_text("chr1", testing::some_letters(first, 1)) +
                testing::fasta_text("chr2", testing::some_letters(second, 2))
        );
    };
    write("a.fa", 1'000'000, 2'000'000);
    write("b.fa", 1'000'000, 1'999'999);
    add("x.vcf.gz");
    add("own/y.vcf.gz");
    write("own/c.fa", 5, 5);
    const auto before = look();
    EXPECT_EQ(before->find_variant_set("main~x")->reference_set_id, "") << "nothing is known yet";
    for (const auto& set : before->reference_sets()) {
        ASSERT_TRUE(set.fasta->make_index(state.path(), {}));
    }
    const auto after = look(before.get());
    EXPECT_EQ(after->find_variant_set("main~x")->reference_set_id, "main~a");
    EXPECT_EQ(after->find_variant_set("own~y")->reference_set_id, "own~c") << "of its own folder";
}

}  // namespace
}  // namespace callstream::catalog
