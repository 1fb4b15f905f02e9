#include "engine/variants/variant_file.hpp"

#include "tests/support/results.hpp"
#include "tests/support/stopped.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace callstream::variants {
namespace {

using testing::error_text;
using testing::fails_with;
using testing::has_value;
using testing::many_records;
using testing::vcf_builder;
using testing::write_file;

class variant_file_test : public ::testing::Test {
 protected:
    std::shared_ptr<variant_file> open(const std::string& bytes) {
        write_file(path, bytes);
        return variant_file::open(path).value();
    }
    std::string refusal_of(const std::string& bytes) {
        write_file(path, bytes);
        return error_text(variant_file::open(path));
    }
    void make_index(variant_file& file) {
        std::filesystem::create_directories(indexes);
        file.make_index(indexes, {});
    }

    testing::temp_dir dir;
    std::filesystem::path path = dir / "a.vcf.gz";
    std::filesystem::path indexes = dir / "state";
};

TEST_F(variant_file_test, an_open_file_knows_its_header) {
    const auto file = open(many_records(3).vcf_gz());
    EXPECT_EQ(file->header().samples, (std::vector<std::string>{"s1", "s2"}));
    EXPECT_TRUE(file->is_current());
    EXPECT_EQ(file->index(), nullptr);
    EXPECT_EQ(file->refusal(), std::nullopt);
}

TEST_F(variant_file_test, files_that_cannot_be_served_are_refused_with_the_cure) {
    const std::string vcf = many_records(3).text();
    EXPECT_EQ(refusal_of(vcf), "is not compressed; mend it with bgzip, or bcftools view -Ob");
    EXPECT_EQ(refusal_of(""), "is not compressed; mend it with bgzip, or bcftools view -Ob");
    write_file(dir / "b.vcf", vcf);
    testing::run_tool("gzip " + (dir / "b.vcf").string());
    EXPECT_EQ(
        refusal_of(testing::read_file(dir / "b.vcf.gz")),
        "is compressed with plain gzip, which has no index; mend it with gunzip -c FILE | bgzip > "
        "NEW"
    );
    EXPECT_EQ(refusal_of(testing::bgzf_file("hello\n")), "is not a BGZF-compressed VCF or a BCF");
}

TEST_F(variant_file_test, a_truncated_file_is_refused_however_much_is_missing) {
    const std::string whole = many_records(12).vcf_gz(700);
    for (std::size_t size = 20; size < whole.size(); ++size) {
        ASSERT_EQ(
            refusal_of(whole.substr(0, size)),
            "ends without its BGZF end-of-file block, so it was cut off; get it again"
        ) << size;
    }
}

TEST_F(variant_file_test, what_is_no_file_is_refused) {
    EXPECT_TRUE(fails_with(variant_file::open(dir.path()), errc::file_unusable));
    EXPECT_TRUE(fails_with(variant_file::open(dir / "absent"), errc::file_unusable));
}

TEST_F(variant_file_test, the_same_cursor_serves_one_answer_after_the_other) {
    const auto file = open(many_records(3).vcf_gz());
    const variant_cursor* first = nullptr;
    {
        const auto lease = file->cursor().value();
        first = &*lease;
        const auto other = file->cursor().value();
        EXPECT_NE(&*other, first);
    }
    const auto lease = file->cursor().value();
    EXPECT_EQ(&*lease, first);
}

TEST_F(variant_file_test, a_cursor_that_is_used_again_starts_where_it_is_put) {
    const auto file = open(many_records(3).vcf_gz());
    for (int round = 0; round < 3; ++round) {
        const auto lease = file->cursor().value();
        lease->rewind();
        for (int i = 0; i < 2 + round; ++i) ASSERT_NE(lease->next(), nullptr);
        EXPECT_EQ(lease->ordinal(), static_cast<std::uint64_t>(1 + round));
    }
}

TEST_F(variant_file_test, more_leases_than_the_pool_keeps_all_work) {
    const auto file = open(many_records(3).vcf_gz());
    std::vector<cursor_lease> leases;
    for (int i = 0; i < 20; ++i) {
        leases.push_back(file->cursor().value());
        leases.back()->rewind();
        ASSERT_NE(leases.back()->next(), nullptr);
    }
    leases.clear();
    EXPECT_TRUE(has_value(file->cursor()));
}

TEST_F(variant_file_test, a_cursor_grown_by_a_wide_record_is_not_kept) {
    const std::string note(2 << 20, 'n');
    const auto file = open(vcf_builder().record("1", 5, "NT", {note, note}).vcf_gz());
    {
        const auto lease = file->cursor().value();
        lease->rewind();
        ASSERT_NE(lease->next(), nullptr);
        ASSERT_GT(lease->reader().buffer_bytes(), note.size());
    }
    EXPECT_LT(file->cursor().value()->reader().buffer_bytes(), note.size());
}

TEST_F(variant_file_test, threads_walk_one_file_side_by_side) {
    for (const bool bcf : {false, true}) {
        const auto here = dir / (bcf ? "t.bcf" : "t.vcf.gz");
        bcf ? many_records(100).write_bcf(here, 500) : many_records(100).write_vcf_gz(here, 500);
        const auto file = variant_file::open(here).value();
        std::atomic<int> whole_walks{0};
        {
            std::vector<std::jthread> threads;
            for (int t = 0; t < 4; ++t) {
                threads.emplace_back([&] {
                    for (int round = 0; round < 10; ++round) {
                        const auto lease = file->cursor().value();
                        lease->rewind();
                        int records = 0;
                        while (lease->next() != nullptr) ++records;
                        whole_walks += records == 200;
                    }
                });
            }
            make_index(*file);
        }
        EXPECT_EQ(whole_walks, 40);
    }
}

TEST_F(variant_file_test, a_lease_keeps_the_file_alive) {
    auto file = open(many_records(3).vcf_gz());
    const auto lease = file->cursor().value();
    file.reset();
    lease->rewind();
    EXPECT_NE(lease->next(), nullptr);
}

TEST_F(variant_file_test, a_replaced_file_gives_no_cursor_but_open_ones_go_on) {
    const auto file = open(many_records(3).vcf_gz());
    { const auto idle = file->cursor().value(); }
    const auto lease = file->cursor().value();
    lease->rewind();
    testing::replace_file(path, many_records(4).vcf_gz());
    EXPECT_FALSE(file->is_current());
    EXPECT_TRUE(fails_with(file->cursor(), errc::file_replaced));
    int records = 0;
    while (lease->next() != nullptr) ++records;
    EXPECT_EQ(records, 6);
    std::filesystem::remove(path);
    EXPECT_TRUE(fails_with(file->cursor(), errc::file_replaced));
}

TEST_F(variant_file_test, the_count_is_unavailable_before_the_index_pass) {
    const auto file = open(many_records(3).vcf_gz());
    EXPECT_FALSE(file->record_count());
    make_index(*file);
    EXPECT_EQ(file->record_count().value(), 6U);
    EXPECT_NE(file->index(), nullptr);
}

TEST_F(variant_file_test, the_count_of_an_index_beside_the_file_is_used_until_then) {
    for (const char* option : {"-c", "-t"}) {
        const auto file = open(many_records(3).vcf_gz());
        testing::run_tool(std::string("bcftools index -f ") + option + " " + path.string());
        EXPECT_EQ(file->record_count().value(), 6U) << option;
        std::filesystem::remove(path.string() + ".csi");
        std::filesystem::remove(path.string() + ".tbi");
    }
}

TEST_F(variant_file_test, an_unusable_index_beside_the_file_counts_as_none) {
    const auto file = open(many_records(3).vcf_gz());
    write_file(path.string() + ".csi", "junk");
    EXPECT_FALSE(file->record_count());
}

TEST_F(variant_file_test, an_index_that_is_there_is_not_made_again) {
    make_index(*open(many_records(3).vcf_gz()));
    const auto again = variant_file::open(path).value();
    make_index(*again);
    EXPECT_EQ(again->record_count().value(), 6U);
    EXPECT_EQ(again->bytes_done(), 0U) << "the file was read again";
}

TEST_F(variant_file_test, a_damaged_index_is_made_again) {
    make_index(*open(many_records(3).vcf_gz()));
    for (const auto& entry : std::filesystem::directory_iterator(indexes)) {
        write_file(entry.path(), "junk");
    }
    const auto again = variant_file::open(path).value();
    make_index(*again);
    EXPECT_EQ(again->record_count().value(), 6U);
}

TEST_F(variant_file_test, the_index_of_a_copy_is_taken) {
    make_index(*open(many_records(3).vcf_gz()));
    std::filesystem::copy_file(path, dir / "copy.vcf.gz");
    const auto copy = variant_file::open(dir / "copy.vcf.gz").value();
    make_index(*copy);
    EXPECT_EQ(copy->record_count().value(), 6U);
    EXPECT_EQ(copy->bytes_done(), 0U) << "the copy was read";
}

// As when a genotype is mended in the middle of a large file and the packed size happens to stay.
TEST_F(variant_file_test, the_index_of_other_bytes_of_the_same_size_is_not_taken) {
    const auto with_middle = [](int records) {
        vcf_builder file;
        const std::string ends(200'000, 'e');
        const std::string middle(100'000 / static_cast<std::size_t>(records), 'm');
        file.record("1", 1, "NT", {ends, "."});
        for (int i = 0; i < records; ++i) file.record("1", 2, "NT", {middle, "."});
        std::string text = file.record("1", 3, "NT", {".", "."}).text();
        text.pop_back();
        text.append(800'000 - text.size() - 1, 'z');  // the last cell, to one common size
        return testing::bgzf_file(text + "\n", 0xff00, 0);
    };
    make_index(*open(with_middle(1)));
    const auto other = open(with_middle(2));
    make_index(*other);
    ASSERT_FALSE(other->refusal()) << other->refusal()->text;
    EXPECT_EQ(other->record_count().value(), 4U);
}

TEST_F(variant_file_test, the_index_pass_remembers_why_a_file_cannot_be_served) {
    const auto unsorted =
        vcf_builder().record("1", 20, "GT", {"0/1", "0/0"}).record("1", 19, "GT", {"0/1", "0/0"});
    const auto file = open(unsorted.vcf_gz());
    make_index(*file);
    ASSERT_TRUE(file->refusal());
    EXPECT_TRUE(file->refusal()->text.starts_with("is not sorted")) << file->refusal()->text;

    std::string bytes = many_records(12).vcf_gz(700);
    bytes[bytes.size() - 100] ^= 0x10;
    const auto damaged = open(bytes);
    make_index(*damaged);
    ASSERT_TRUE(damaged->refusal());
    EXPECT_TRUE(damaged->refusal()->text.starts_with("is damaged")) << damaged->refusal()->text;
}

TEST_F(variant_file_test, a_stop_says_nothing_against_the_file) {
    const auto file = open(many_records(30).vcf_gz(700));
    std::filesystem::create_directories(indexes);
    file->make_index(indexes, testing::stopped());
    EXPECT_EQ(file->refusal(), std::nullopt);
    EXPECT_EQ(file->index(), nullptr);
}

TEST_F(variant_file_test, a_file_that_is_away_during_its_pass_is_not_refused) {
    const auto file = open(many_records(3).vcf_gz());
    std::filesystem::rename(path, dir / "away");
    make_index(*file);
    std::filesystem::rename(dir / "away", path);
    EXPECT_TRUE(file->is_current());
    EXPECT_EQ(file->refusal(), std::nullopt);
}

TEST_F(variant_file_test, a_file_replaced_before_its_pass_gets_neither_index_nor_refusal) {
    const auto file = open(many_records(3).vcf_gz());
    testing::replace_file(path, many_records(5).vcf_gz());
    make_index(*file);
    EXPECT_EQ(file->index(), nullptr);
    EXPECT_EQ(file->refusal(), std::nullopt);
}

}  // namespace
}  // namespace callstream::variants
