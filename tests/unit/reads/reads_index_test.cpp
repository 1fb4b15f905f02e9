#include "engine/reads/reads_index.hpp"

#include "tests/support/damage.hpp"
#include "tests/support/index_builder.hpp"
#include "tests/support/reads_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace callstream::reads {
namespace {

using testing::error_text;
using testing::fails_with;
using testing::has_value;
using ::testing::HasSubstr;
using testing::index_bytes;
using testing::write_file;

class reads_index_test : public ::testing::Test {
 protected:
    reads_index_test() {
        write_file(bam_, testing::bgzf_file(testing::bam_header_bytes("", {{"a", 9}, {"b", 9}})));
        write_file(cram_, testing::cram_builder().header("@SQ\tSN:a\tLN:9\n").end().bytes());
    }
    static result<reads_index> find(const std::filesystem::path& path) {
        return find_reads_index(path, *reads_file::open(path).value());
    }
    /// An index of two references, the second without a record.
    static index_bytes bai(std::uint64_t offset = 0) {
        index_bytes out;
        out.raw({"BAI\1", 4}).u32(2).u32(2);
        out.u32(4681).pairs({{0, offset}}).u32(37450).pairs({{0, offset}, {5, 1}}).u32(0);
        return out.u32(0).u32(0).u64(3);
    }
    testing::temp_dir dir_;
    const std::filesystem::path bam_ = dir_ / "x.bam";
    const std::filesystem::path cram_ = dir_ / "x.cram";
};

TEST_F(reads_index_test, counts_are_those_of_the_index) {
    write_file(dir_ / "x.bam.bai", bai().bytes());
    const auto index = find(bam_);
    ASSERT_TRUE(has_value(index));
    EXPECT_EQ(index->format, reads_index_format::bai);
    EXPECT_EQ(index->path, dir_ / "x.bam.bai");
    ASSERT_EQ(index->counts.size(), 2U);
    EXPECT_EQ(index->counts[0]->mapped, 5U);
    EXPECT_EQ(index->counts[0]->unmapped, 1U);
    EXPECT_EQ(index->counts[1]->mapped, 0U);
    EXPECT_EQ(index->unplaced, 3U);
}

TEST_F(reads_index_test, every_usual_name_is_found) {
    for (const char* name : {"x.bai", "x.bam.bai"}) {
        write_file(dir_ / name, bai().bytes());
        EXPECT_EQ(find(bam_).value().path, dir_ / name);
    }
    for (const char* name : {"x.crai", "x.cram.crai"}) {
        write_file(dir_ / name, "0\t1\t9\t26\t1\t1\n");
        const auto index = find(cram_);
        ASSERT_TRUE(has_value(index));
        EXPECT_EQ(index->path, dir_ / name);
        EXPECT_EQ(index->format, reads_index_format::crai);
        EXPECT_TRUE(index->counts.empty());
    }
}

TEST_F(reads_index_test, why_an_index_is_not_used_is_said) {
    EXPECT_TRUE(fails_with(find(bam_), errc::not_found));
    const auto bai_path = dir_ / "x.bam.bai";
    index_bytes one;
    one.raw({"BAI\1", 4}).u32(1).u32(0).u32(0);
    index_bytes tbi;
    tbi.raw({"TBI\1", 4}).u32(0).u32(2).u32(1).u32(2).u32(0).u32('#').u32(0).u32(0);
    const std::pair<std::string, std::string> table[] = {
        {"", "too early"},
        {one.bytes(), "another number of references"},
        {tbi.packed(), "not one of a BAM"},
        {bai(1ULL << 40).bytes(), "another file"},
    };
    for (const auto& [bytes, expected] : table) {
        write_file(bai_path, bytes);
        EXPECT_TRUE(fails_with(find(bam_), errc::file_unusable)) << expected;
        EXPECT_THAT(error_text(find(bam_)), HasSubstr(expected));
    }
    write_file(bai_path, bai().bytes());
    std::filesystem::last_write_time(
        bai_path, std::filesystem::last_write_time(bam_) - std::chrono::seconds(2)
    );
    EXPECT_THAT(error_text(find(bam_)), HasSubstr("older than the file"));

    write_file(dir_ / "x.cram.crai", "1\t1\t9\t26\t1\t1\n");
    EXPECT_THAT(error_text(find(cram_)), HasSubstr("not in the header"));
    write_file(dir_ / "x.cram.crai", "0\t1\t9\t1000000\t1\t1\n");
    EXPECT_THAT(error_text(find(cram_)), HasSubstr("another file"));
}

TEST_F(reads_index_test, counts_of_real_indexes_are_those_of_samtools) {
    int compared = 0;
    for (const auto& top : {testing::demo_data(), testing::collection()}) {
        for (const auto& path : testing::files_below(top, ".bam")) {
            SCOPED_TRACE(path);
            const auto copy = dir_ / "copy.bam";
            std::filesystem::copy_file(
                path, copy, std::filesystem::copy_options::overwrite_existing
            );
            if (std::system(("samtools index " + copy.string() + " 2>/dev/null").c_str()) != 0) {
                continue;
            }
            const auto index = find(copy);
            ASSERT_TRUE(has_value(index));
            const auto file = reads_file::open(copy).value();
            std::string ours;
            for (std::size_t i = 0; i < index->counts.size(); ++i) {
                const auto& reference = file->header().references[i];
                ASSERT_TRUE(index->counts[i]) << reference.name;
                ours += reference.name + "\t" + std::to_string(reference.length) + "\t" +
                        std::to_string(index->counts[i]->mapped) + "\t" +
                        std::to_string(index->counts[i]->unmapped) + "\n";
            }
            ours += "*\t0\t0\t" + std::to_string(index->unplaced.value_or(0)) + "\n";
            testing::run_tool(
                "samtools idxstats " + copy.string() + " > " + (dir_ / "out").string()
            );
            EXPECT_EQ(ours, testing::read_file(dir_ / "out"));
            ++compared;
        }
    }
    EXPECT_GE(compared, 1);
}

TEST_F(reads_index_test, indexes_that_came_with_real_files_are_judged) {
    int judged = 0;
    for (const char* ending : {".bam", ".cram"}) {
        for (const auto& top : {testing::demo_data(), testing::collection()}) {
            for (const auto& path : testing::files_below(top, ending)) {
                const auto index = find(path);
                if (!index && index.error().code == errc::not_found) continue;
                // A fresh checkout may have written the index first.
                EXPECT_TRUE(
                    has_value(index) || error_text(index).find("older") != std::string::npos
                ) << path
                  << error_text(index);
                ++judged;
            }
        }
    }
    EXPECT_GE(judged, 1);
}

}  // namespace
}  // namespace callstream::reads
