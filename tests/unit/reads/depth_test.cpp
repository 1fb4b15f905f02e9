#include "engine/reads/depth.hpp"

#include "engine/hts/bgzf.hpp"
#include "engine/reads/coverage_table.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/reads_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/samtools_depth.hpp"
#include "tests/support/stopped.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_data.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

namespace callstream::reads {
namespace {

using testing::bam_read;
using testing::bam_record_bytes;
using testing::bgzf_file;
using testing::fails_with;
using testing::has_value;

class depth_test : public ::testing::Test {
 protected:
    result<void> make(const std::filesystem::path& path, std::stop_token stop = {}) {
        const auto file = reads_file::open(path).value();
        progress_.bytes_done = 0;
        return make_coverage(*file, decoding_, into_, progress_, std::move(stop));
    }
    result<std::shared_ptr<const coverage_table>> table_of(const std::filesystem::path& path) {
        if (auto made = make(path); !made) return made.error();
        const auto fd = open_regular(path).value();
        return coverage_table::load(
            into_, hts::provisional_fingerprint(fd.get(), identity_of(fd.get()).size)
        );
    }
    static std::string bam(const std::string& records) {
        return bgzf_file(
            testing::bam_header_bytes("", {{"a", 10'000}, {"b", 0}, {"c", 3'000}}) + records, 50
        );
    }
    /// "a:48,52,0 ..." of a file with these records, or why there is none.
    std::string sums_of(const std::string& records) {
        testing::write_file(dir_ / "x.bam", bam(records));
        const auto table = table_of(dir_ / "x.bam");
        if (!table) return table.error().text;
        std::string out;
        for (const auto& reference : (*table)->references()) {
            out += std::string(out.empty() ? "" : " ") + "abc"[reference.reference] + "@" +
                   std::to_string(reference.first_bucket) + ":";
            for (const auto sum : (*table)->sums(reference)) out += std::to_string(sum) + ",";
        }
        return out;
    }
    /// Every bucket of several widths against what samtools counts; false when it cannot.
    bool compare(const std::filesystem::path& path, const std::string& options = "") {
        const auto file = reads_file::open(path).value();
        const testing::samtools_depth depth(path, file->header().references, options);
        if (!depth.is_known()) return false;
        const auto table = table_of(path);
        EXPECT_TRUE(has_value(table));
        for (const std::int64_t width : {coverage_step, 4 * coverage_step, whole_reference}) {
            auto expected = depth.buckets(width);
            for (const auto& bucket : list_buckets(**table, {.width = width}, {}, 1U << 20)) {
                const auto bases = static_cast<double>(bucket.end0 - bucket.start0);
                const auto sum = expected[{bucket.reference, bucket.start0}];
                EXPECT_EQ(bucket.mean, static_cast<double>(sum) / bases);
                expected.erase({bucket.reference, bucket.start0});
            }
            EXPECT_TRUE(expected.empty()) << "samtools has more buckets of width " << width;
        }
        return true;
    }

    testing::temp_dir dir_{testing::fast_parent()};
    cram_decoding decoding_{{testing::cram_decoder().string()}, std::nullopt, {}};
    std::filesystem::path into_ = dir_ / "x.coverage";
    pass_progress progress_;
};

std::string read(std::int32_t pos0, std::vector<std::pair<std::uint32_t, char>> cigar) {
    return bam_record_bytes({0, pos0, std::move(cigar), 0, 0, ""});
}

TEST_F(depth_test, operations_count_as_they_should) {
    const std::pair<std::string, std::string> table[] = {
        {"", ""},
        {read(0, {{10, 'M'}}), "a@0:10,"},
        {read(0, {{10, '='}, {3, 'X'}}), "a@0:13,"},
        {read(0, {{10, 'M'}, {5, 'D'}, {5, 'N'}, {1, 'M'}}), "a@0:11,"},
        {read(0, {{5, 'S'}, {5, 'H'}, {10, 'M'}, {7, 'I'}, {3, 'P'}}), "a@0:10,"},
        {read(0, {{10, 'S'}}), ""},
        {read(0, {}), ""},
        {read(2047, {{1, 'M'}}), "a@0:1,"},
        {read(2047, {{2, 'M'}}), "a@0:1,1,"},
        {read(2048, {{1, 'M'}}), "a@1:1,"},
        {read(4095, {{2049, 'M'}}), "a@1:1,2048,"},
        {read(100, {{9'000, 'M'}}), "a@0:1948,2048,2048,2048,908,"},
        {read(100, {{2'000, 'N'}, {10, 'M'}}), "a@0:0,10,"},
        {read(0, {{2'048, 'M'}}) + read(2'000, {{2'096, 'M'}}), "a@0:2096,2048,"},
    };
    for (const auto& [records, expected] : table) EXPECT_EQ(sums_of(records), expected);
}

TEST_F(depth_test, what_lies_beyond_a_reference_does_not_count) {
    EXPECT_EQ(sums_of(read(9'990, {{100, 'M'}})), "a@4:10,");
    EXPECT_EQ(sums_of(read(20'000, {{100, 'M'}})), "");
    EXPECT_EQ(sums_of(read(0, {{0xfffffff, 'M'}})), "a@0:2048,2048,2048,2048,1808,");
    EXPECT_EQ(sums_of(read(-1, {{3, 'M'}})), "a@0:2,");
    EXPECT_EQ(sums_of(bam_record_bytes({1, 0, {{5, 'M'}}, 0, 0, ""})), "");
    EXPECT_EQ(sums_of(bam_record_bytes({2, 2'990, {{50, 'M'}}, 0, 0, ""})), "c@1:10,");
    EXPECT_EQ(sums_of(bam_record_bytes({-1, -1, {{5, 'M'}}, 0, 0, ""})), "");
}

TEST_F(depth_test, flags_decide_what_counts) {
    for (const unsigned flag : {0x1U, 0x2U, 0x8U, 0x10U, 0x20U, 0x40U, 0x80U, 0x800U, 0x8fbU}) {
        EXPECT_EQ(sums_of(bam_record_bytes({0, 0, {{5, 'M'}}, flag, 0, ""})), "a@0:5,") << flag;
    }
    for (const unsigned flag : {0x4U, 0x100U, 0x200U, 0x400U, 0x704U, 0xfffU}) {
        EXPECT_EQ(sums_of(bam_record_bytes({0, 0, {{5, 'M'}}, flag, 0, ""})), "") << flag;
    }
}

TEST_F(depth_test, operations_beyond_those_of_a_record_count) {
    std::string tag("CGBI");
    testing::append_u32(tag, 70'000);
    for (int i = 0; i < 35'000; ++i) tag += testing::packed_cigar({{1, 'M'}, {1, 'I'}});
    const bam_read longest{0, 0, {{70'000, 'S'}, {35'000, 'N'}}, 0, 70'000, tag};
    EXPECT_EQ(sums_of(bam_record_bytes(longest)), "a@0:2048,2048,2048,2048,1808,");
}

TEST_F(depth_test, a_file_out_of_order_is_refused) {
    const std::string m = "is not sorted by coordinate: the order breaks at ";
    EXPECT_EQ(sums_of(read(5, {{1, 'M'}}) + read(4, {{1, 'M'}})), m + "a:5");
    EXPECT_EQ(
        sums_of(bam_record_bytes({2, 0, {{5, 'M'}}, 0, 0, ""}) + read(4, {{1, 'M'}})), m + "a:5"
    );
    EXPECT_EQ(sums_of(bam_record_bytes(-1, -1, 4) + read(4, {{1, 'M'}})), m + "a:5");
    EXPECT_FALSE(std::filesystem::exists(into_));
}

TEST_F(depth_test, damage_leaves_nothing_behind) {
    const bam_read longer{0, 0, {{5, 'M'}}, 0, 4, ""};
    EXPECT_THROW(sums_of(bam_record_bytes(longer)), damaged_file);
    EXPECT_THROW(sums_of(read(5, {{1, 'M'}}).substr(0, 30)), damaged_file);
    std::string flipped = bam(read(5, {{1, 'M'}}));
    flipped[flipped.size() - 28 - 5] ^= 1;
    testing::write_file(dir_ / "x.bam", flipped);
    EXPECT_THROW((void)make(dir_ / "x.bam"), damaged_file);
    EXPECT_FALSE(std::filesystem::exists(into_));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir_.path()), {}), 1);
}

TEST_F(depth_test, no_damage_makes_it_fail_otherwise) {
    const std::string content = testing::bam_header_bytes("", {{"a", 10'000}}) +
                                read(5, {{3, 'M'}, {2, 'D'}}) + read(9, {{4, 'M'}});
    int made = 0;
    const auto attempt = [&](const std::string& changed) {
        testing::write_file(dir_ / "x.bam", bgzf_file(changed));
        try {
            const auto file = reads_file::open(dir_ / "x.bam");
            made += file && make_coverage(**file, {}, into_, progress_, {});
        } catch (const damaged_file&) {
        }
    };
    testing::for_each_odd_number(content, attempt);
    EXPECT_GT(made, 100);
}

TEST_F(depth_test, a_pass_stops_when_asked_to) {
    EXPECT_TRUE(
        fails_with(make(testing::demo_data() / "reads.bam", testing::stopped()), errc::unavailable)
    );
    EXPECT_FALSE(std::filesystem::exists(into_));
}

TEST_F(depth_test, progress_is_told_in_bytes_of_the_file) {
    const auto path = testing::demo_data() / "reads.bam";
    ASSERT_TRUE(has_value(make(path)));
    EXPECT_EQ(progress_.bytes_done.load(), std::filesystem::file_size(path));
}

TEST_F(depth_test, a_folder_that_cannot_be_written_to_is_an_exception) {
    into_ = dir_ / "none" / "x.coverage";
    EXPECT_THROW((void)make(testing::demo_data() / "reads.bam"), std::system_error);
}

/// Reads with every operation and every flag, over references from tiny to several buckets.
std::string simulated_sam(unsigned seed) {
    std::mt19937 random(seed);
    const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    const std::pair<const char*, unsigned> references[] = {
        {"one", 9'000}, {"empty", 5'000}, {"tiny", 40}, {"two", 20'480}};
    std::string out = "@HD\tVN:1.6\n";
    for (const auto& [name, length] : references) {
        out += std::string("@SQ\tSN:") + name + "\tLN:" + std::to_string(length) + '\n';
    }
    for (int i = 0; i < 3'000; ++i) {
        const auto& [name, length] = references[below(4)];
        if (std::string_view(name) == "empty") continue;
        std::string cigar;
        unsigned bases = 0;
        const auto operation = [&](unsigned n, char kind) {
            cigar += std::to_string(n) + kind;
            if (std::string_view("MIS=X").find(kind) != std::string_view::npos) bases += n;
        };
        if (below(4) == 0) operation(1 + below(5), 'H');
        if (below(3) == 0) operation(1 + below(20), 'S');
        operation(1 + below(80), 'M');
        for (unsigned n = below(6); n > 0; --n) {
            const char kind = "IDNP=X"[below(6)];
            operation(1 + below(kind == 'N' ? 3'000 : 30), kind);
            operation(1 + below(60), "M=X"[below(3)]);
        }
        const unsigned flag = below(3) == 0 ? below(0x1000) & ~0xc1U : below(2) * 16;
        out += "r" + std::to_string(i) + '\t' + std::to_string(flag) + '\t' + name + '\t' +
               std::to_string(1 + below(length)) + '\t' + std::to_string(below(61)) + '\t' + cigar +
               "\t*\t0\t0\t" + std::string(bases, 'A') + "\t*\n";
    }
    return out;
}

TEST_F(depth_test, simulated_reads_are_counted_as_samtools_does) {
    for (unsigned seed = 1; seed <= 4; ++seed) {
        SCOPED_TRACE(seed);
        const auto sorted = dir_ / "sorted.bam";
        testing::write_file(dir_ / "x.sam", simulated_sam(seed));
        testing::run_tool(
            "samtools sort -o " + sorted.string() + " " + (dir_ / "x.sam").string() + " 2>/dev/null"
        );
        EXPECT_TRUE(compare(sorted));
        EXPECT_TRUE(compare(sorted, "-a"));
    }
}

TEST_F(depth_test, real_files_are_counted_as_samtools_does) {
    // What samtools needs to decode most public CRAM files; we do not.
    const auto fasta = testing::collection() / "fasta" / "htslib" / "ce.fa";
    const bool has_fasta = std::filesystem::exists(fasta);
    const std::string options = has_fasta ? "--reference " + fasta.string() : "";
    int compared = 0;
    for (const char* ending : {".bam", ".cram"}) {
        for (const auto& top : {testing::demo_data(), testing::collection()}) {
            for (const auto& path : testing::files_below(top, ending)) {
                SCOPED_TRACE(path);
                compared += compare(path, std::string_view(ending) == ".cram" ? options : "");
            }
        }
    }
    EXPECT_GE(compared, 1);
    RecordProperty("files", compared);
}

}  // namespace
}  // namespace callstream::reads
