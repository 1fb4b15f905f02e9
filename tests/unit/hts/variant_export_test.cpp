#include "engine/hts/variant_export.hpp"

#include "engine/hts/vcf_reader.hpp"
#include "tests/support/results.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace callstream::hts {
namespace {

using testing::damage_text;
using testing::vcf_builder;

using columns = std::vector<std::uint32_t>;
namespace fs = std::filesystem;

vcf_reader open(const fs::path& path) {
    return vcf_reader::open(open_regular(path).value()).value();
}

columns all_of(const vcf_reader& reader) {
    columns out(reader.sample_count());
    std::iota(out.begin(), out.end(), 0);
    return out;
}

/// Header and records of the files, one after the other.
std::string exported(
    std::vector<vcf_reader>& files,
    const columns& wanted,
    variant_form form,
    const std::vector<std::string>& contigs = {}
) {
    std::vector<const vcf_reader*> sources;
    for (const auto& file : files) sources.push_back(&file);
    variant_export writer(sources, wanted, form, contigs);
    text_buffer out;
    writer.append_header(out);
    for (auto& file : files) {
        while (file.next() != nullptr) writer.append(out, file);
    }
    return std::string(out.view());
}

std::string exported(vcf_reader file, const columns& wanted, variant_form form) {
    std::vector<vcf_reader> files;
    files.push_back(std::move(file));
    return exported(files, wanted, form);
}

/// The lines behind the header.
std::string records_of(const std::string& vcf) {
    const auto columns_at = vcf.find("#CHROM");
    return vcf.substr(vcf.find('\n', columns_at) + 1);
}
std::string column_line(const std::string& vcf) {
    const auto at = vcf.find("#CHROM");
    return vcf.substr(at, vcf.find('\n', at) - at);
}

const std::string counts_lines =
    "##INFO=<ID=AC,Number=A,Type=Integer,Description=\"Allele count in genotypes\">\n"
    "##INFO=<ID=AN,Number=1,Type=Integer,Description=\"Total number of alleles in called "
    "genotypes\">\n";

class variant_export_test : public ::testing::Test {
 protected:
    vcf_builder file = vcf_builder()
                           .samples({"a", "b", "c"})
                           .meta("FILTER=<ID=q10,Description=\"Low\">")
                           .meta("INFO=<ID=DB,Number=0,Type=Flag,Description=\"In it\">")
                           .meta("INFO=<ID=NS,Number=1,Type=Integer,Description=\"Samples\">")
                           .meta("INFO=<ID=AF,Number=A,Type=Float,Description=\"Frequency\">");

    /// As a VCF.gz or a BCF.
    fs::path written(const vcf_builder& content, bool bcf, const std::string& name = "a") const {
        const auto path = dir / (name + (bcf ? ".bcf" : ".vcf.gz"));
        bcf ? content.write_bcf(path) : content.write_vcf_gz(path);
        return path;
    }
    /// The same as VCF, by way of a BCF: what BCF there was is read again.
    std::string by_way_of_bcf(vcf_reader source, const columns& wanted) const {
        const auto bytes = exported(std::move(source), wanted, variant_form::bcf);
        const auto path = dir / "exported.bcf";
        testing::write_file(path, testing::bgzf_file(bytes, 0xff00));
        auto reader = open(path);
        const auto every_column = all_of(reader);
        return exported(std::move(reader), every_column, variant_form::vcf);
    }
    /// The records for these columns, the same from VCF and BCF, as VCF and BCF.
    std::string records(const columns& wanted) const {
        const auto path = written(file, false);
        const auto text = exported(open(path), wanted, variant_form::vcf);
        EXPECT_EQ(by_way_of_bcf(open(path), wanted), text);
        const auto binary = written(file, true);
        EXPECT_EQ(exported(open(binary), wanted, variant_form::vcf), text);
        EXPECT_EQ(by_way_of_bcf(open(binary), wanted), text);
        return records_of(text);
    }
    testing::temp_dir dir;
};

TEST_F(variant_export_test, a_whole_file_stays_what_it_is) {
    file.line(
            "1\t5\trs1;rs2\tA\tC,<DEL>\t29.5\tq10;PASS\tDB;NS=3;AF=0.5,.\tGT:DP\t0/1:5\t1|2:.\t./"
            ".:7"
    )
        .line("1\t6\t.\tG\t.\t.\t.\t.\tGT\t0\t0/0/1\t.")
        .line("2\t7\t.\tG\tT\t1e-05\tPASS\tNS=70000\t.\t.\t.\t.")
        .line("2\t8\t.\tG\tT\t0\tPASS\t.\tDP:GL:NT\t1:-0.5,-1:x\t300:.:.\t-70000:1,2,3:long text");
    const auto path = written(file, false);
    std::string expected = file.text();
    expected.insert(
        expected.find('\n') + 1, "##FILTER=<ID=PASS,Description=\"All filters passed\">\n"
    );
    EXPECT_EQ(exported(open(path), {0, 1, 2}, variant_form::vcf), expected);
    EXPECT_EQ(by_way_of_bcf(open(path), {0, 1, 2}), expected);
    const auto binary = written(file, true);
    EXPECT_EQ(exported(open(binary), {0, 1, 2}, variant_form::vcf), expected);
    EXPECT_EQ(
        exported(open(binary), {0, 1, 2}, variant_form::bcf),
        testing::gunzip(testing::read_file(binary))
    );
}

TEST_F(variant_export_test, chosen_samples_stand_in_the_order_wanted) {
    file.record("1", 5, "GT:AD:NT", {"0/1:1,2:one", "1/1:300,4:b", ".:.:."});
    const auto path = written(file, false);
    const auto text = exported(open(path), {2, 0}, variant_form::vcf);
    EXPECT_TRUE(column_line(text).ends_with("\tFORMAT\tc\ta")) << text;
    EXPECT_NE(text.find(counts_lines + "#CHROM"), text.npos) << text;
    EXPECT_EQ(records({2, 0}), "1\t5\t.\tA\tC\t.\t.\tAC=1;AN=2\tGT:AD:NT\t.:.:.\t0/1:1,2:one\n");
    EXPECT_EQ(
        records({1, 0, 2}),
        "1\t5\t.\tA\tC\t.\t.\tAC=3;AN=4\tGT:AD:NT\t1/1:300,4:b\t0/1:1,2:one\t.:.:.\n"
    );
}

TEST_F(variant_export_test, counts_of_alleles_are_those_of_the_chosen) {
    file.meta("INFO=<ID=AC,Number=A,Type=Integer,Description=\"Counts\">")
        .meta("INFO=<ID=AN,Number=1,Type=Integer,Description=\"Total\">")
        .line("1\t1\t.\tA\tC,G\t.\t.\tAN=400;NS=1;AC=300,2;DB\tGT\t0/1\t1|2\t2/./2")
        .line("1\t2\t.\tA\tC\t.\t.\tNS=2\tGT\t./.\t0/1\t.")
        .line("1\t3\t.\tA\t.\t.\t.\tAC=4;AN=6;NS=3\tGT\t0/0\t0\t.")
        .line("1\t4\t.\tA\tC\t.\t.\tAC=4;AN=6\tDP\t7\t8\t9")
        .line("1\t5\t.\tA\tC\t.\t.\tAC=4;AN=6\t.\t.\t.\t.");
    EXPECT_EQ(
        records({2, 0}),
        "1\t1\t.\tA\tC,G\t.\t.\tAN=4;NS=1;AC=1,2;DB\tGT\t2/./2\t0/1\n"
        "1\t2\t.\tA\tC\t.\t.\tNS=2;AC=0;AN=0\tGT\t.\t./.\n"
        "1\t3\t.\tA\t.\t.\t.\tAN=2;NS=3\tGT\t.\t0/0\n"
        "1\t4\t.\tA\tC\t.\t.\tAC=4;AN=6\tDP\t9\t7\n"
        "1\t5\t.\tA\tC\t.\t.\tAC=4;AN=6\t.\t.\t.\n"
    );
    EXPECT_TRUE(records({0, 1, 2}).starts_with("1\t1\t.\tA\tC,G\t.\t.\tAN=400;NS=1;AC=300,2;DB"));
}

TEST_F(variant_export_test, alleles_with_large_numbers_are_counted) {
    std::string alternatives;
    for (int i = 1; i <= 70; ++i) alternatives += (i == 1 ? "C" : ",C") + std::string(i - 1, 'G');
    file.record("1", 5, "GT", {"70/69", "0/70", "./70/0"}, ".", alternatives);
    const auto line = records({2, 0});
    EXPECT_NE(line.find(",0,1,2;AN=4\tGT\t./70/0\t70/69\n"), line.npos) << line;
}

TEST_F(variant_export_test, no_samples_are_sites) {
    file.line("1\t5\t.\tA\tC\t3\tq10\tDB;NS=3\tGT:DP\t0/1:5\t1|1:.\t./.:7");
    EXPECT_EQ(records({}), "1\t5\t.\tA\tC\t3\tq10\tDB;NS=3\n");
    const auto text = exported(open(written(file, false)), {}, variant_form::vcf);
    EXPECT_EQ(column_line(text), "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO");
    EXPECT_EQ(text.find("##FORMAT"), text.npos);
    EXPECT_EQ(text.find("##INFO=<ID=AC"), text.npos);
}

TEST_F(variant_export_test, a_file_of_sites_stays_one) {
    const auto sites = vcf_builder().samples({}).line("1\t5\t.\tA\tC\t3\tPASS\t.");
    for (const bool bcf : {false, true}) {
        const auto text = exported(open(written(sites, bcf)), {}, variant_form::vcf);
        EXPECT_EQ(records_of(text), "1\t5\t.\tA\tC\t3\tPASS\t.\n");
        EXPECT_NE(text.find("##FORMAT"), text.npos);
    }
}

TEST_F(variant_export_test, one_header_serves_files_whose_headers_differ) {
    const auto first = vcf_builder()
                           .meta("INFO=<ID=X,Number=1,Type=Integer,Description=\"X\">")
                           .line("1\t5\t.\tA\tC\t.\t.\tX=1\tGT:DP\t0/1:3\t1/1:4");
    const auto second = vcf_builder()
                            .meta("contig=<ID=3,length=5>")
                            .meta("FILTER=<ID=late,Description=\"Late\">")
                            .meta("INFO=<ID=Y,Number=1,Type=String,Description=\"Y\">")
                            .meta("INFO=<ID=X,Number=1,Type=Integer,Description=\"X\">")
                            .meta("FORMAT=<ID=Z,Number=1,Type=Integer,Description=\"Z\">")
                            .line("3\t1\t.\tA\tC\t.\tlate\tY=why;X=2\tGT:Z\t0/0:6\t./.:.");
    for (const bool bcf : {false, true}) {
        const auto one = written(first, bcf, "one");
        const auto two = written(second, bcf, "two");
        const auto files = [&] {
            std::vector<vcf_reader> out;
            out.push_back(open(one));
            out.push_back(open(two));
            return out;
        };
        auto as_vcf = files();
        const auto text = exported(as_vcf, {0, 1}, variant_form::vcf);
        EXPECT_EQ(
            records_of(text),
            "1\t5\t.\tA\tC\t.\t.\tX=1\tGT:DP\t0/1:3\t1/1:4\n"
            "3\t1\t.\tA\tC\t.\tlate\tY=why;X=2\tGT:Z\t0/0:6\t./.:.\n"
        );
        for (const char* line : {"<ID=3,length=5>", "<ID=late,", "<ID=Y,", "<ID=Z,"}) {
            EXPECT_NE(text.find(line), text.npos) << line;
        }
        EXPECT_EQ(text.find("<ID=X,"), text.rfind("<ID=X,"));
        auto as_bcf = files();
        const auto binary = exported(as_bcf, {0, 1}, variant_form::bcf);
        testing::write_file(dir / "both.bcf", testing::bgzf_file(binary, 0xff00));
        EXPECT_EQ(exported(open(dir / "both.bcf"), {0, 1}, variant_form::vcf), text);
    }
}

TEST_F(variant_export_test, what_is_not_declared_is_written_as_text) {
    file.line("9\t5\t.\tA\tC\t.\tnew\tXX=5;YY\tGT:ZZ\t0/1:a\t1/1:b\t./.:c");
    const auto path = written(file, false);
    const auto text = exported(open(path), {0, 1, 2}, variant_form::vcf);
    EXPECT_EQ(records_of(text), "9\t5\t.\tA\tC\t.\tnew\tXX=5;YY\tGT:ZZ\t0/1:a\t1/1:b\t./.:c\n");
    for (const char* name : {"ID=9", "ID=new", "ID=XX", "ID=YY", "ID=ZZ"}) {
        EXPECT_EQ(text.find(name), text.npos) << name;
    }
    EXPECT_EQ(
        records_of(exported(open(path), {1}, variant_form::vcf)),
        "9\t5\t.\tA\tC\t.\tnew\tXX=5;YY;AC=2;AN=2\tGT:ZZ\t1/1:b\n"
    );
    EXPECT_EQ(
        records_of(exported(open(path), {}, variant_form::vcf)), "9\t5\t.\tA\tC\t.\tnew\tXX=5;YY\n"
    );
}

TEST_F(variant_export_test, what_is_not_declared_cannot_be_bcf) {
    const std::pair<std::string, std::string> table[] = {
        {"9\t5\t.\tA\tC\t.\t.\t.\tGT\t0/1\t1/1\t.", "the contig 9"},
        {"1\t5\t.\tA\tC\t.\tnew\t.\tGT\t0/1\t1/1\t.", "the tag new"},
        {"1\t5\t.\tA\tC\t.\t.\tXX=5\tGT\t0/1\t1/1\t.", "the tag XX"},
        {"1\t5\t.\tA\tC\t.\t.\t.\tZZ\t0/1\t1/1\t.", "the tag ZZ"},
        {"1\t5\t.\tA\tC\t.\t.\tDP=5\tGT\t0/1\t1/1\t.", "INFO DP"},
        {"1\t5\t.\tA\tC\t.\t.\t.\tNS\t1\t2\t3", "FORMAT NS"},
    };
    for (const auto& [line, what] : table) {
        auto reader = open(written(vcf_builder(file).line(line), false));
        const vcf_reader* const sources[] = {&reader};
        variant_export writer(sources, columns{0, 1, 2}, variant_form::bcf);
        text_buffer out;
        writer.append_header(out);
        const std::string before(out.view());
        reader.next();
        EXPECT_EQ(
            damage_text([&] { writer.append(out, reader); }),
            "a record uses " + what + ", which the header does not declare; BCF cannot hold it"
        );
        EXPECT_EQ(out.view(), before);
    }
}

TEST_F(variant_export_test, contigs_can_be_declared_by_who_knows_them) {
    const std::vector<std::string> contigs = {"1", "9", "a,b>"};
    const auto path = written(file.record("9", 5, "GT", {"0/1", "1/1", "."}), false);
    const auto files = [&] {
        std::vector<vcf_reader> out;
        out.push_back(open(path));
        return out;
    };
    auto as_vcf = files();
    const auto text = exported(as_vcf, {0, 1, 2}, variant_form::vcf, contigs);
    EXPECT_NE(text.find("##contig=<ID=9>\n#CHROM"), text.npos) << text;
    auto as_bcf = files();
    const auto binary = exported(as_bcf, {0, 1, 2}, variant_form::bcf, contigs);
    testing::write_file(dir / "a.bcf", testing::bgzf_file(binary, 0xff00));
    EXPECT_EQ(exported(open(dir / "a.bcf"), {0, 1, 2}, variant_form::vcf), text);
}

TEST_F(variant_export_test, readers_may_have_learned_more_than_their_file_declares) {
    file.line("1\t5\t.\tA\tC\t.\t.\tP=1\tGT\t0/1\t1/1\t.")
        .line("1\t6\t.\tA\tC\t.\t.\tQ=1\tGT\t0/1\t1/1\t.");
    const auto path = written(file, false);
    auto ahead = open(path);
    const auto start = ahead.tell();
    ahead.next();
    const auto second = ahead.tell();
    ahead.next();
    const vcf_reader* const sources[] = {&ahead};
    variant_export writer(sources, columns{0, 1, 2}, variant_form::vcf);
    text_buffer out;
    writer.append_header(out);
    EXPECT_EQ(out.view().find("ID=P,"), std::string_view::npos);
    out.clear();
    ahead.seek(start);
    ahead.next();
    writer.append(out, ahead);
    auto other = open(path);  // it calls Q what the first one calls P
    other.seek(second);
    other.next();
    writer.append(out, other);
    EXPECT_EQ(
        out.view(),
        "1\t5\t.\tA\tC\t.\t.\tP=1\tGT\t0/1\t1/1\t.\n1\t6\t.\tA\tC\t.\t.\tQ=1\tGT\t0/1\t1/1\t.\n"
    );
}

TEST_F(variant_export_test, an_allele_that_is_not_there_cannot_be_counted) {
    file.record("1", 5, "GT", {"0/1", "0/2", "1/1"});
    const auto path = written(file, false);
    EXPECT_NE(exported(open(path), {2, 0}, variant_form::vcf), "");
    EXPECT_NE(exported(open(path), {0, 1, 2}, variant_form::vcf), "");
    EXPECT_EQ(
        damage_text([&] { exported(open(path), {1}, variant_form::vcf); }),
        "a genotype names an allele that the record does not have"
    );
}

TEST_F(variant_export_test, columns_are_there_and_once) {
    const auto path = written(file, true);
    for (const columns& wrong : {columns{3}, columns{0, 0}, columns{0, 1, 2, 0}}) {
        EXPECT_THROW(exported(open(path), wrong, variant_form::vcf), std::invalid_argument);
    }
    std::vector<vcf_reader> none;
    EXPECT_THROW(exported(none, {}, variant_form::vcf), std::invalid_argument);
}

TEST_F(variant_export_test, records_of_another_set_are_refused) {
    auto ours = open(written(file, true));
    auto other = open(written(vcf_builder().record("1", 5, "GT", {"0/1", "1/1"}), true, "b"));
    const vcf_reader* const sources[] = {&ours};
    variant_export writer(sources, columns{0, 2}, variant_form::vcf);
    other.next();
    text_buffer out;
    EXPECT_THROW(writer.append(out, other), damaged_file);
    EXPECT_TRUE(out.empty());
}

TEST_F(variant_export_test, room_that_a_record_took_serves_the_next) {
    for (int i = 0; i < 50; ++i) file.record("1", 5 + i, "GT:NT", {"0/1:x", "1/1:y", "./.:z"});
    auto reader = open(written(file, true));
    const vcf_reader* const sources[] = {&reader};
    variant_export writer(sources, columns{2, 0}, variant_form::vcf);
    text_buffer out;
    reader.next();
    writer.append(out, reader);
    const std::size_t after_one = writer.buffer_bytes();
    while (reader.next() != nullptr) writer.append(out, reader);
    EXPECT_EQ(writer.buffer_bytes(), after_one);
}

// A byte of a BCF can stand for a name of any length.
TEST_F(variant_export_test, a_long_name_many_times_is_not_written_out) {
    const std::string name(200'000, 'n');
    file.meta("INFO=<ID=" + name + ",Number=0,Type=Flag,Description=\"Long\">")
        .line("1\t5\t.\tA\tC\t.\t.\t" + name + "\tGT\t0/1\t1/1\t.");
    const auto path = written(file, true);
    EXPECT_NE(exported(open(path), {0}, variant_form::vcf), "");
    std::string bytes = testing::gunzip(testing::read_file(path));
    std::uint32_t length = 0;
    std::memcpy(&length, bytes.data() + 5, sizeof length);
    const std::size_t head = 9 + length;
    std::uint32_t shared = 0;
    std::memcpy(&shared, bytes.data() + head, sizeof shared);
    const std::string flag = bytes.substr(head + 8 + shared - 3, 3);
    constexpr std::uint16_t times = 10'000;
    for (int i = 1; i < times; ++i) bytes.insert(head + 8 + shared, flag);
    shared += 3 * (times - 1);
    std::memcpy(bytes.data() + head, &shared, sizeof shared);
    std::memcpy(bytes.data() + head + 24, &times, sizeof times);
    testing::write_file(path, testing::bgzf_file(bytes, 0xff00));
    EXPECT_EQ(
        damage_text([&] { exported(open(path), {0}, variant_form::vcf); }), "a record is too wide"
    );
    EXPECT_NE(exported(open(path), {0}, variant_form::bcf), "");
}

/// Every record that a changed byte leaves readable becomes text and a BCF that can be read.
TEST_F(variant_export_test, any_changed_byte_is_damage_or_a_record) {
    file.line("1\t5\trs\tA\tC,G\t3\tq10\tDB;NS=3;AF=0.5,1\tGT:DP:NT\t0/1:5:a\t1|1:.:b\t./2:7:.");
    const auto path = written(file, true);
    const std::string whole = testing::gunzip(testing::read_file(path));
    std::uint32_t text_bytes = 0;
    std::memcpy(&text_bytes, whole.data() + 5, sizeof text_bytes);
    int written_again = 0;
    for (std::size_t at = 9 + text_bytes; at < whole.size(); ++at) {
        for (const int value : {0x00, 0x11, 0x17, 0x7f, 0xff}) {
            auto bytes = whole;
            bytes[at] = static_cast<char>(value);
            testing::write_file(dir / "b.bcf", testing::bgzf_file(bytes, 0xff00));
            for (const columns& wanted : {columns{0, 1, 2}, columns{2, 0}, columns{}}) {
                try {
                    exported(open(dir / "b.bcf"), wanted, variant_form::vcf);
                    const auto again = exported(open(dir / "b.bcf"), wanted, variant_form::bcf);
                    testing::write_file(dir / "c.bcf", testing::bgzf_file(again, 0xff00));
                } catch (const damaged_file&) {
                    continue;
                }
                auto reader = open(dir / "c.bcf");
                ASSERT_NE(reader.next(), nullptr);
                reader.check_record();
                ASSERT_EQ(reader.next(), nullptr);
                ++written_again;
            }
        }
    }
    EXPECT_GT(written_again, 500);
}

}  // namespace
}  // namespace callstream::hts
