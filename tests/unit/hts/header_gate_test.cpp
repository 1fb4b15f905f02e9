#include "engine/hts/header_gate.hpp"

#include "engine/hts/vcf_reader.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/results.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <unistd.h>
#include <utility>

namespace callstream::hts {
namespace {

const std::string column_line = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1\ts2\n";

/// A header with these lines, as a VCF or as a BCF.
std::string file_with(
    const std::string& lines, bool bcf, const std::string& columns = column_line
) {
    std::string text = "##fileformat=VCFv4.2\n" + lines + columns;
    if (!bcf) return testing::bgzf_file(text, 0xff00, 1);
    text += '\0';
    std::string content("BCF\2\2");
    testing::append_little_endian(content, text.size(), 4);
    return testing::bgzf_file(content + text, 0xff00, 1);
}

result<vcf_reader> open_header(const std::string& packed) {
    auto fd = testing::memory_file(packed);
    ::lseek(fd.get(), 0, SEEK_SET);
    return vcf_reader::open(std::move(fd));
}

/// "" for a header that is taken.
std::string refusal_of(const std::string& packed) {
    return testing::error_text(open_header(packed));
}

std::string numbered(const char* before, int count, const char* after) {
    std::string out;
    for (int i = 0; i < count; ++i) out.append(before).append(std::to_string(i)).append(after);
    return out;
}

class header_gate : public ::testing::TestWithParam<bool> {
 protected:
    static std::string refusal(const std::string& lines) {
        return refusal_of(file_with(lines, GetParam()));
    }
};

TEST_P(header_gate, takes_what_files_have) {
    EXPECT_EQ(refusal(""), "");
    EXPECT_EQ(refusal(numbered("##contig=<ID=c", 20'000, ",length=1000>\n")), "");
    EXPECT_EQ(refusal(numbered("##note", 2000, "=text\n")), "");
    EXPECT_EQ(refusal("##FILTER=<ID=q10,Description=\"d\",IDX=7>\n"), "");
    EXPECT_EQ(refusal("##FORMAT=<ID=A,Number=1,Type=String,Description=\"has IDX in it\">\n"), "");
}

TEST_P(header_gate, refuses_more_plain_lines_than_can_be_compared) {
    const auto wanted = "has more than 10000 header lines of the form ##key=value";
    EXPECT_EQ(refusal(numbered("##a", 10'001, "=1\n")), wanted);
    EXPECT_EQ(refusal(numbered("##a", 10'001, "=b=<c>\n")), wanted);
    // What htslib skips does not end the header for it.
    EXPECT_EQ(refusal("\n" + numbered("##a", 10'001, "=1\n")), wanted);
}

TEST_P(header_gate, refuses_numbers_that_would_make_the_dictionary_huge) {
    const auto wanted = "has a header that counts its contigs or tags up to ";
    for (const char* number :
         {"10000001",
          "2000000000",
          "99999999999999999999",
          "+10000001",
          " 2000000000",
          "\v\f\r10000001"}) {
        for (const std::string name : {"IDX=", "IDX =", "IDX= \""}) {
            const std::string quote = name.ends_with('"') ? "\"" : "";
            const auto line = "##contig=<ID=9," + name + number + quote + ">\n";
            EXPECT_TRUE(refusal(line).starts_with(wanted)) << line;
        }
    }
}

TEST_P(header_gate, refuses_what_would_need_too_much_memory) {
    const auto wanted = "has a header that needs more than 2 GiB of memory";
    std::string keys = "##a=<ID=b";
    for (int i = 0; i < 25'000'000; ++i) keys += ",c=";
    EXPECT_EQ(refusal(keys + ">\n"), wanted);
    std::string columns = column_line;
    columns.pop_back();
    columns.append(8'000'000, '\t');
    EXPECT_EQ(refusal_of(file_with("", GetParam(), columns + "\n")), wanted);
}

TEST_P(header_gate, survives_lines_that_no_tool_writes) {
    const std::string odd[] = {
        "##\n",
        "##=\n",
        "##a\n",
        "##a=\n",
        "##a=<\n",
        "##a=<>\n",
        "##a=<,>\n",
        "##a=<b>\n",
        "##a=<b=>\n",
        "##a=<=c>\n",
        "##a=<b=\">\n",
        "##a=<b=\"\\\">\n",
        "##a=<b=<>>\n",
        "##a=<b=c>d\n",
        "##contig=\n",
        "##contig=1\n",
        "##contig=<>\n",
        "##contig=<length=1>\n",
        "##contig=<ID=>\n",
        "##contig=<ID=1,length=>\n",
        "##contig=<ID=1,length=-5>\n",
        "##contig=<ID=1,IDX=-1>\n",
        "##contig=<ID=1,IDX=x>\n",
        "##contig=<ID=1,IDX=>\n",
        "##contig=<ID=2,IDX=0>\n",
        "##contig=<ID=3,IDX=0>\n",
        "##INFO=<ID=A>\n",
        "##INFO=<ID=A,Number=,Type=>\n",
        "##INFO=<ID=A,Number=-1,Type=Integer>\n",
        "##INFO=<ID=A,Number=99999999999,Type=Integer>\n",
        "##FORMAT=<ID=GT,Number=9,Type=Float>\n",
        "##FORMAT=<ID=GT,Number=1,Type=String,IDX=3>\n",
        "##FILTER=<ID=PASS,IDX=5>\n",
        "##FILTER=<ID=q,IDX=0>\n",
        "##FILTER=1\n",
        "##fileformat=\n",
        "##fileformat=<ID=x>\n",
        "##fileDate=<>\n",
        "##fileDate=\n",
        "##dictionary=S1\n",
        "\n",
        "\r\n",
        "#x\n",
        "x\n"};
    int opened = 0;
    int refused = 0;
    for (const auto& first : odd) {
        for (const auto& second : odd) {
            const auto reader = open_header(file_with(first + second, GetParam()));
            reader ? ++opened : ++refused;
            if (reader) (void)reader->describe();
        }
    }
    EXPECT_GT(opened, 500);
    EXPECT_GT(refused, 5);
}

TEST_P(header_gate, says_what_is_wrong_with_the_columns) {
    const auto refusal_with = [](const std::string& columns) {
        return refusal_of(file_with("", GetParam(), columns));
    };
    EXPECT_EQ(refusal_with(""), "has no line that starts with #CHROM");
    EXPECT_EQ(
        refusal_with("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts\ts\n"),
        "has the sample s twice; mend it with bcftools reheader -s"
    );
}

TEST(header_gate_of_bcf, looks_behind_a_line_that_htslib_skips) {
    const auto wanted = "has more than 10000 header lines of the form ##key=value";
    EXPECT_EQ(refusal_of(file_with("#x\n" + numbered("##a", 10'001, "=1\n"), true)), wanted);
    EXPECT_EQ(refusal_of(file_with("x\n" + numbered("##a", 10'001, "=1\n"), true)), wanted);
}

TEST(header_gate_of_bcf, refuses_a_text_that_is_longer_than_the_file) {
    std::string content("BCF\2\2");
    testing::append_little_endian(content, std::size_t{200} << 20, 4);
    const auto text = refusal_of(testing::bgzf_file(content + "##fileformat=VCFv4.2\n"));
    EXPECT_NE(text, "");
}

INSTANTIATE_TEST_SUITE_P(formats, header_gate, ::testing::Bool(), [](const auto& p) {
    return std::string(p.param ? "bcf" : "vcf_gz");
});

}  // namespace
}  // namespace callstream::hts
