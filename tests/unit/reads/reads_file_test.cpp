#include "engine/reads/reads_file.hpp"

#include "tests/support/reads_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace callstream::reads {
namespace {

using testing::bam_header_bytes;
using testing::bgzf_file;
using testing::cram_builder;
using testing::error_text;
using testing::fails_with;
using testing::has_value;
using ::testing::HasSubstr;

class reads_file_test : public ::testing::Test {
 protected:
    result<std::shared_ptr<const reads_file>> open(const std::string& bytes) {
        testing::write_file(dir_ / "reads", bytes);
        return reads_file::open(dir_ / "reads");
    }
    std::string tool(const std::string& command) {
        testing::run_tool(command + " > " + (dir_ / "out").string() + " 2>/dev/null");
        return testing::read_file(dir_ / "out");
    }
    testing::temp_dir dir_;
};

TEST_F(reads_file_test, the_demo_is_described) {
    const auto file = reads_file::open(testing::demo_data() / "reads.bam");
    ASSERT_TRUE(has_value(file));
    EXPECT_EQ((*file)->format(), reads_format::bam);
    EXPECT_EQ((*file)->format_version(), "1");
    EXPECT_EQ((*file)->header().sort_order, "coordinate");
    ASSERT_EQ((*file)->header().references.size(), 5U);
    EXPECT_EQ((*file)->header().references[3].name, "HLA-A*01:01");
    ASSERT_EQ((*file)->header().read_groups.size(), 1U);
    EXPECT_EQ((*file)->header().read_groups[0].sample, "WL001");
    EXPECT_EQ((*file)->identity(), identity_of(testing::demo_data() / "reads.bam").value());
}

TEST_F(reads_file_test, text_and_list_of_a_bam_must_agree) {
    const std::string text = "@SQ\tSN:chr1\tLN:1000\tM5:aa\n";
    const auto both = open(bgzf_file(bam_header_bytes(text, {{"chr1", 1000}})));
    ASSERT_TRUE(has_value(both));
    EXPECT_EQ((*both)->header().references[0].md5, "aa");
    const auto list_only = open(bgzf_file(bam_header_bytes("@CO\tx\n", {{"a", 1}, {"b", 2}})));
    ASSERT_TRUE(has_value(list_only));
    ASSERT_EQ((*list_only)->header().references.size(), 2U);
    EXPECT_EQ((*list_only)->header().references[1].name, "b");
    EXPECT_EQ((*list_only)->header().references[1].length, 2U);
    const std::vector<std::pair<std::string, std::uint32_t>> others[] = {
        {}, {{"chr2", 1000}}, {{"chr1", 999}}, {{"chr1", 1000}, {"chr2", 1}}};
    for (const auto& list : others) {
        EXPECT_THAT(
            error_text(open(bgzf_file(bam_header_bytes(text, list)))), HasSubstr("header text")
        );
    }
}

TEST_F(reads_file_test, why_a_file_is_refused_is_said) {
    const std::string bam = bgzf_file(bam_header_bytes("", {{"chr1", 1000}}));
    const std::string cram = cram_builder().header("@SQ\tSN:a\tLN:1\n").end().bytes();
    const std::pair<std::string, std::string> table[] = {
        {"", "neither BAM nor CRAM"},
        {"@HD\tVN:1.6\n", "neither BAM nor CRAM"},
        {bgzf_file("BCF\2\2"), "not a BAM file"},
        {bam.substr(0, bam.size() - 28), "without its BGZF end-of-file block"},
        {cram_builder().header("").bytes(), "without its end-of-file container"},
        {cram.substr(0, cram.size() - 1), "without its end-of-file container"},
        {cram_builder(4, 0).header("").end().bytes(), "is CRAM 4.0"},
        {"CRAM", "too early"},
        {bgzf_file(bam_header_bytes("@SQ\tSN:a\n", {})), "line 1 of its header"},
        {cram_builder().header("@SQ\tSN:a\n").end().bytes(), "line 1 of its header"},
    };
    for (const auto& [bytes, expected] : table) {
        const auto file = open(bytes);
        EXPECT_TRUE(fails_with(file, errc::file_unusable)) << expected;
        EXPECT_THAT(error_text(file), HasSubstr(expected));
    }
    EXPECT_TRUE(fails_with(reads_file::open(dir_ / "absent"), errc::file_unusable));
}

TEST_F(reads_file_test, crams_of_samtools_are_described_and_nothing_they_name_is_opened) {
    const auto demo = testing::demo_data();
    for (const char* ending : {"", ".fai", ".gzi"}) {
        const std::string name = std::string("reference.fa.gz") + ending;
        std::filesystem::copy_file(demo / name, dir_ / name);
    }
    for (const char* version : {"2.1", "3.0", "3.1"}) {
        const auto cram = dir_ / (std::string(version) + ".cram");
        testing::run_tool(
            "samtools view -C -T " + (dir_ / "reference.fa.gz").string() +
            " --output-fmt-option version=" + version + " -o " + cram.string() + " " +
            (demo / "reads.bam").string() + " 2>/dev/null"
        );
        const auto file = reads_file::open(cram);
        ASSERT_TRUE(has_value(file)) << version;
        EXPECT_EQ((*file)->format(), reads_format::cram);
        EXPECT_EQ((*file)->format_version(), version);
        EXPECT_EQ((*file)->header().references.size(), 5U);
        EXPECT_EQ((*file)->header().references[0].md5, "d79d4aca6ca19bb55805fdb0bb95762a");
        EXPECT_THAT((*file)->header().references[0].uri, HasSubstr("reference.fa.gz"));
        EXPECT_EQ(crams_missing_references((*file)->header(), {}).size(), 5U);
    }
    // A FIFO would hold whoever opened it.
    testing::run_tool("mkfifo " + (dir_ / "fifo").string());
    const std::string text = "@SQ\tSN:a\tLN:1\tUR:" + (dir_ / "fifo").string() + "\n";
    const auto file = open(cram_builder().header(text).end().bytes());
    ASSERT_TRUE(has_value(file));
    EXPECT_EQ((*file)->header().references[0].uri, (dir_ / "fifo").string());
}

/// `@SQ` names with lengths and `@RG` ids as samtools prints them.
std::string summary_of_text(const std::string& text) {
    std::string references;
    std::string groups;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("@SQ") && !line.starts_with("@RG")) continue;
        std::istringstream fields(line);
        std::string name, length;
        for (std::string field; std::getline(fields, field, '\t');) {
            if (field.starts_with("SN:") || field.starts_with("ID:")) name = field.substr(3);
            if (field.starts_with("LN:")) length = field.substr(3);
        }
        (line.starts_with("@SQ") ? references : groups) += name + " " + length + "\n";
    }
    return references + groups;
}

TEST_F(reads_file_test, headers_of_real_files_are_those_of_samtools) {
    if (!std::filesystem::exists(testing::collection())) {
        GTEST_SKIP() << "the collection of files is not here";
    }
    int compared = 0;
    for (const char* ending : {".bam", ".cram"}) {
        for (const auto& path : testing::files_below(testing::collection(), ending)) {
            SCOPED_TRACE(path);
            const auto file = reads_file::open(path);
            ASSERT_TRUE(has_value(file));
            std::string ours;
            for (const auto& r : (*file)->header().references) {
                ours += r.name + " " + std::to_string(r.length) + "\n";
            }
            for (const auto& g : (*file)->header().read_groups) ours += g.id + " \n";
            EXPECT_EQ(ours, summary_of_text(tool("samtools view -H " + path.string())));
            ++compared;
        }
    }
    EXPECT_GT(compared, 5);
}

}  // namespace
}  // namespace callstream::reads
