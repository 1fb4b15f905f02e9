#include "engine/reads/reads_pass.hpp"

#include "tests/support/damage.hpp"
#include "tests/support/reads_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/stopped.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_data.hpp"

#include <gtest/gtest.h>

#include <string>

namespace callstream::reads {
namespace {

using testing::bam_record_bytes;
using testing::bgzf_file;
using testing::cram_builder;
using testing::fails_with;
using testing::has_value;

class reads_pass_test : public ::testing::Test {
 protected:
    result<reads_counts> count(const std::filesystem::path& path, std::stop_token stop = {}) {
        return count_records(*reads_file::open(path).value(), progress_, stop);
    }
    result<reads_counts> count_of(const std::string& bytes) {
        testing::write_file(dir_ / "reads", bytes);
        return count(dir_ / "reads");
    }
    static std::string bam(const std::string& records) {
        return bgzf_file(testing::bam_header_bytes("", {{"a", 99}, {"b", 99}}) + records, 50);
    }
    testing::temp_dir dir_;
    pass_progress progress_;
};

TEST_F(reads_pass_test, records_are_counted_by_reference) {
    const std::string bytes =
        bam(bam_record_bytes(0, 5) + bam_record_bytes(0, 5, 4) + bam_record_bytes(1, 0) +
            bam_record_bytes(-1, -1, 4));
    const auto counts = count_of(bytes);
    ASSERT_TRUE(has_value(counts));
    EXPECT_EQ(counts->records, 4U);
    EXPECT_EQ(counts->by_reference[0].mapped, 1U);
    EXPECT_EQ(counts->by_reference[0].unmapped, 1U);
    EXPECT_EQ(counts->by_reference[1].mapped, 1U);
    EXPECT_EQ(counts->unplaced, 1U);
    EXPECT_EQ(counts->unsorted_at, std::nullopt);
    EXPECT_EQ(progress_.bytes_done.load(), bytes.size());
}

TEST_F(reads_pass_test, where_the_order_breaks_is_said) {
    const auto at = [&](const std::string& records) {
        return count_of(bam(records)).value().unsorted_at.value_or("nowhere");
    };
    EXPECT_EQ(at(bam_record_bytes(0, 5) + bam_record_bytes(0, 4)), "a:5");
    EXPECT_EQ(at(bam_record_bytes(1, 5) + bam_record_bytes(0, 6) + bam_record_bytes(0, 1)), "a:7");
    EXPECT_EQ(at(bam_record_bytes(-1, -1) + bam_record_bytes(1, 0)), "b:1");
    EXPECT_EQ(at(bam_record_bytes(0, 5) + bam_record_bytes(1, 4)), "nowhere");
    EXPECT_EQ(at(""), "nowhere");
}

TEST_F(reads_pass_test, containers_of_a_cram_are_counted) {
    cram_builder cram;
    const std::string block = cram.block(0, 4, "data");
    cram.header("@SQ\tSN:a\tLN:9\n@SQ\tSN:b\tLN:9\n");
    cram.container(1, 5, 3, block, 1).container(-2, 0, 4, block, 1).container(0, 7, 1, block, 1);
    const auto counts = count_of(cram.end().bytes());
    ASSERT_TRUE(has_value(counts));
    EXPECT_EQ(counts->records, 8U);
    EXPECT_TRUE(counts->by_reference.empty());
    EXPECT_EQ(counts->unsorted_at, "a:7");
    cram_builder beyond;
    beyond.header("@SQ\tSN:a\tLN:9\n").container(1, 1, 1, block, 1).end();
    EXPECT_THROW(count_of(beyond.bytes()), damaged_file);
}

TEST_F(reads_pass_test, damage_behind_the_header_is_found) {
    const std::string good = bam(bam_record_bytes(0, 5));
    const std::string half = bam(bam_record_bytes(0, 5).substr(0, 20));
    EXPECT_TRUE(has_value(count_of(good)));
    EXPECT_THROW(count_of(half), damaged_file);
    std::string flipped = good;
    flipped[good.size() - 28 - 5] ^= 1;
    EXPECT_THROW(count_of(flipped), damaged_file);
}

TEST_F(reads_pass_test, a_pass_stops_when_asked_to) {
    EXPECT_TRUE(
        fails_with(count(testing::demo_data() / "reads.bam", testing::stopped()), errc::unavailable)
    );
}

TEST_F(reads_pass_test, real_files_have_as_many_records_as_samtools_counts) {
    int compared = 0;
    for (const char* ending : {".bam", ".cram"}) {
        for (const auto& top : {testing::demo_data(), testing::collection()}) {
            for (const auto& path : testing::files_below(top, ending)) {
                SCOPED_TRACE(path);
                const auto counts = count(path);
                ASSERT_TRUE(has_value(counts));
                // A CRAM whose reference is not here cannot be counted by samtools.
                const std::string command =
                    "samtools view -c --input-fmt-option required_fields=2 " + path.string() +
                    " > " + (dir_ / "out").string() + " 2>/dev/null";
                if (std::system(command.c_str()) != 0) continue;
                EXPECT_EQ(std::to_string(counts->records) + "\n", testing::read_file(dir_ / "out"));
                ++compared;
            }
        }
    }
    EXPECT_GE(compared, 1);
}

}  // namespace
}  // namespace callstream::reads
