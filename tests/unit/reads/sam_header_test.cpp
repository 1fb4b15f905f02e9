#include "engine/reads/sam_header.hpp"

#include "tests/support/damage.hpp"
#include "tests/support/results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace callstream::reads {
namespace {

using ::testing::ElementsAre;
using testing::error_text;
using testing::fails_with;
using testing::has_value;
using ::testing::HasSubstr;

const std::string sound =
    "@HD\tVN:1.6\tSO:coordinate\tGO:none\n"
    "@SQ\tSN:chr1\tLN:1000\tM5:0123456789ABCDEF0123456789abcdef\tUR:file:/etc/"
    "passwd\tAS:v1\tSP:Hordeum\n"
    "@SQ\tLN:20\tSN:HLA-A*01:01\r\n"
    "@RG\tID:a.1\tSM:S1\tLB:L1\tPL:ILLUMINA\tPU:unit\tPM:model\tCN:lab\tDT:2020-01-01\tDS:x:y\tPI:"
    "300\tPG:bwa\n"
    "@RG\tID:a.2\tSM:S2\n"
    "@RG\tID:a.1\tSM:other\n"
    "@PG\tID:bwa\tPN:bwa\tVN:0.7\tCL:bwa mem x\tPP:before\n"
    "@CO\tany thing\n"
    "@XY\tzz:1\n"
    "\n";

TEST(sam_header_test, lines_become_what_they_say) {
    const auto header = parse_sam_header(sound);
    ASSERT_TRUE(has_value(header));
    EXPECT_EQ(header->version, "1.6");
    EXPECT_EQ(header->sort_order, "coordinate");
    EXPECT_EQ(header->grouping, "none");
    ASSERT_EQ(header->references.size(), 2U);
    const auto& chr1 = header->references[0];
    EXPECT_EQ(chr1.name, "chr1");
    EXPECT_EQ(chr1.length, 1000U);
    EXPECT_EQ(chr1.md5, "0123456789abcdef0123456789abcdef");
    EXPECT_EQ(chr1.uri, "file:/etc/passwd");
    EXPECT_EQ(chr1.assembly, "v1");
    EXPECT_EQ(chr1.species, "Hordeum");
    EXPECT_EQ(header->references[1].name, "HLA-A*01:01");
    EXPECT_EQ(header->references[1].length, 20U);
    ASSERT_EQ(header->read_groups.size(), 2U);
    const auto& group = header->read_groups[0];
    EXPECT_EQ(group.id, "a.1");
    EXPECT_EQ(group.sample, "S1");
    EXPECT_EQ(group.library, "L1");
    EXPECT_EQ(group.platform, "ILLUMINA");
    EXPECT_EQ(group.platform_unit, "unit");
    EXPECT_EQ(group.platform_model, "model");
    EXPECT_EQ(group.center, "lab");
    EXPECT_EQ(group.date, "2020-01-01");
    EXPECT_EQ(group.description, "x:y");
    EXPECT_EQ(group.insert_size, "300");
    EXPECT_EQ(group.program, "bwa");
    ASSERT_EQ(header->programs.size(), 1U);
    EXPECT_EQ(header->programs[0].name, "bwa");
    EXPECT_EQ(header->programs[0].version, "0.7");
    EXPECT_EQ(header->programs[0].command_line, "bwa mem x");
    EXPECT_EQ(header->programs[0].previous, "before");
    EXPECT_TRUE(has_value(parse_sam_header("")));
}

TEST(sam_header_test, what_is_wrong_is_said_with_its_line) {
    const std::pair<std::string, std::string> table[] = {
        {"SQ\tSN:a\tLN:1\n", "line 1 of its header is not a header line"},
        {"@CO\n@SQX\tSN:a\n", "line 2 of its header is not a header line"},
        {"@HD VN:1.6\n", "line 1 of its header is not a header line"},
        {"@HD\tVN\n", "malformed"},
        {"@HD\tVN=1\n", "malformed"},
        {"@SQ\tSN:a\t\tLN:1\n", "malformed"},
        {"@SQ\tLN:1\n", "malformed"},
        {"@SQ\tSN:\tLN:1\n", "malformed"},
        {"@SQ\tSN:a\n", "without a length"},
        {"@SQ\tSN:a\tLN:0\n", "without a length"},
        {"@SQ\tSN:a\tLN:-1\n", "without a length"},
        {"@SQ\tSN:a\tLN:9223372036854775808\n", "without a length"},
        {"@SQ\tSN:a\tLN:1\n@SQ\tSN:a\tLN:2\n", "line 2 of its header is with a name that is there"},
        {"@RG\tSM:x\n", "malformed"},
        {"@PG\tPN:x\n", "malformed"},
        {"@PG\tID:x\tCL:" + std::string(2 << 20, 'x') + "\n", "malformed"},
    };
    for (const auto& [text, expected] : table) {
        const auto header = parse_sam_header(text);
        EXPECT_TRUE(fails_with(header, errc::file_unusable)) << text.substr(0, 40);
        EXPECT_THAT(error_text(header), HasSubstr(expected));
    }
}

TEST(sam_header_test, counts_are_limited) {
    std::string groups;
    for (int i = 0; i < 65'537; ++i) groups += "@RG\tID:" + std::to_string(i) + "\n";
    EXPECT_THAT(error_text(parse_sam_header(groups)), HasSubstr("line 65537"));
}

TEST(sam_header_test, no_damage_makes_it_fail_otherwise) {
    int refused = 0;
    const auto try_text = [&](const std::string& text) { refused += !parse_sam_header(text); };
    testing::for_each_truncation(sound, try_text);
    testing::for_each_flip(sound, 5000, 1, try_text);
    EXPECT_GT(refused, 500);
}

TEST(sam_header_test, references_that_are_not_at_hand_are_named) {
    const auto header = parse_sam_header(
        "@SQ\tSN:a\tLN:1\tM5:AA\n@SQ\tSN:b\tLN:1\tM5:bb\n@SQ\tSN:c\tLN:1\tUR:/etc/passwd\n"
    );
    ASSERT_TRUE(has_value(header));
    EXPECT_THAT(crams_missing_references(*header, {"aa", "bb"}), ElementsAre("c"));
    EXPECT_THAT(crams_missing_references(*header, {"", "aa", "bb"}), ElementsAre("c"));
    EXPECT_THAT(crams_missing_references(*header, {"aa"}), ElementsAre("b", "c"));
    EXPECT_THAT(crams_missing_references(*header, {}), ElementsAre("a", "b", "c"));
    EXPECT_THAT(crams_missing_references(sam_header{}, {}), ElementsAre());
}

}  // namespace
}  // namespace callstream::reads
