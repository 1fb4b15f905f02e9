#include "engine/hts/vcf_reader.hpp"

#include "tests/support/results.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace callstream::hts {
namespace {

using testing::damage_text;
using testing::many_records;
using testing::vcf_builder;

namespace fs = std::filesystem;

/// A record in one line, so that records of different files can be compared.
std::string text_of(const vcf_reader& reader, const record& r) {
    std::string out(reader.contig_name(r.contig));
    out += ":" + std::to_string(r.pos0) + " " + std::string(r.name) + " " +
           std::to_string(r.allele_count);
    for (const auto& field : r.fields) {
        out.append(" ").append(reader.field_name(field.key)).append("=");
        out.append(reinterpret_cast<const char*>(field.bytes.data()), field.bytes.size());
    }
    return out;
}

std::vector<std::string> rest_of(vcf_reader& reader) {
    std::vector<std::string> out;
    while (const auto* r = reader.next()) out.push_back(text_of(reader, *r));
    return out;
}

class vcf_reader_test : public ::testing::Test {
 protected:
    static vcf_reader open(const fs::path& path) {
        return vcf_reader::open(open_regular(path).value()).value();
    }
    static std::string refusal_of(const fs::path& path) {
        const auto opened = vcf_reader::open(open_regular(path).value());
        return opened ? "opened" : opened.error().text;
    }
    testing::temp_dir dir;
};

vcf_builder mixed_records() {
    return vcf_builder()
        .record("1", 1, "GT", {"0/0", "0|1"})
        .record("1", 100, "GT:DP:GL", {"./.:.:.", "1:7:-0.5,-1,-2"}, "rs1;rs2")
        .record("2", 1'999'999, "DP:NT", {"1000:note", "100000:."}, "x", "C,G,T,<DEL>");
}

TEST_F(vcf_reader_test, vcf_and_bcf_give_the_same_records) {
    mixed_records().write_vcf_gz(dir / "a.vcf.gz");
    mixed_records().write_bcf(dir / "a.bcf");
    auto text = open(dir / "a.vcf.gz");
    auto binary = open(dir / "a.bcf");
    EXPECT_FALSE(text.is_bcf());
    EXPECT_TRUE(binary.is_bcf());
    const auto records = rest_of(text);
    ASSERT_EQ(records.size(), 3U);
    EXPECT_EQ(rest_of(binary), records);
    EXPECT_TRUE(records[0].starts_with("1:0  2 GT=")) << records[0];
    EXPECT_TRUE(records[1].starts_with("1:99 rs1;rs2 2 GT=")) << records[1];
    EXPECT_TRUE(records[2].starts_with("2:1999998 x 5 DP=")) << records[2];
}

TEST_F(vcf_reader_test, a_format_of_a_dot_has_no_fields_whatever_the_header_says) {
    vcf_builder builder;
    builder.meta("FORMAT=<ID=.,Number=1,Type=String,Description=\"x\">");
    builder.record("1", 5, ".", {"a", "b"});
    builder.record("1", 6, "GT", {"0/1", "1/1"});
    builder.write_vcf_gz(dir / "a.vcf.gz");
    auto reader = open(dir / "a.vcf.gz");
    EXPECT_TRUE(reader.next()->fields.empty());
    EXPECT_EQ(reader.next()->fields.size(), 1U);
}

TEST_F(vcf_reader_test, the_header_is_described) {
    vcf_builder()
        .meta("fileDate=20090805")
        .meta("contig=<ID=no_length>")
        .samples({"b", "a", "S\xC3\xA9"})
        .write_vcf_gz(dir / "a.vcf.gz");
    const auto header = open(dir / "a.vcf.gz").describe();
    EXPECT_EQ(header.samples, (std::vector<std::string>{"b", "a", "S\xC3\xA9"}));
    EXPECT_EQ(header.sample_columns.at("a"), 1U);
    EXPECT_EQ(header.file_date, "20090805");
    ASSERT_EQ(header.contigs.size(), 3U);
    EXPECT_EQ(header.contigs[1].name, "2");
    EXPECT_EQ(header.contigs[1].length, 2'000'000);
    EXPECT_EQ(header.contigs[2].length, 0);
}

TEST_F(vcf_reader_test, fields_are_described_as_the_header_declares_them) {
    using kind = field_definition::value_kind;
    vcf_builder().write_vcf_gz(dir / "a.vcf.gz");
    const auto reader = open(dir / "a.vcf.gz");
    EXPECT_EQ(reader.field(reader.find_field("DP")).description, "Depth");
    EXPECT_EQ(reader.field(reader.find_field("DP")).kind, kind::integer);
    EXPECT_EQ(reader.field(reader.find_field("GL")).kind, kind::real);
    EXPECT_EQ(reader.field(reader.find_field("NT")).kind, kind::text);
    EXPECT_EQ(reader.find_field("ZZ"), -1);
    const auto pass = reader.field(reader.find_field("PASS"));  // a filter, not a FORMAT field
    EXPECT_EQ(pass.name, "PASS");
    EXPECT_EQ(pass.description, "");
}

// bcftools annotate -x leaves such a dictionary: the numbers of the fields that stay are kept.
TEST_F(vcf_reader_test, a_bcf_whose_dictionary_has_gaps_is_described) {
    vcf_builder()
        .meta("FORMAT=<ID=LATE,Number=1,Type=Integer,Description=\"Late\",IDX=40>")
        .record("1", 5, "GT:LATE", {"0/1:3", "1/1:4"})
        .write_bcf(dir / "a.bcf");
    auto reader = open(dir / "a.bcf");
    ASSERT_GT(reader.field_count(), 40);
    for (std::int32_t key = 0; key < reader.field_count(); ++key) {
        const auto field = reader.field(key);
        EXPECT_EQ(field.name, reader.field_name(key));
    }
    EXPECT_EQ(reader.field(40).description, "Late");
    EXPECT_EQ(rest_of(reader).size(), 1U);
}

TEST_F(vcf_reader_test, reading_goes_on_where_tell_said) {
    for (const bool bcf : {false, true}) {
        const auto path = dir / (bcf ? "a.bcf" : "a.vcf.gz");
        const auto file = many_records(40);
        bcf ? file.write_bcf(path, 700) : file.write_vcf_gz(path, 700);
        auto walker = open(path);
        std::vector<std::uint64_t> places;
        std::vector<std::string> records;
        for (;;) {
            const auto place = walker.tell();
            const auto* r = walker.next();
            if (r == nullptr) break;
            places.push_back(place);
            records.push_back(text_of(walker, *r));
        }
        ASSERT_EQ(records.size(), 80U);
        auto jumper = open(path);
        for (std::size_t i = records.size(); i-- > 0;) {
            jumper.seek(places[i]);
            EXPECT_EQ(jumper.tell(), places[i]);
            EXPECT_EQ(text_of(jumper, *jumper.next()), records[i]) << i;
        }
        jumper.seek(places[78]);
        EXPECT_EQ(rest_of(jumper), std::vector(records.begin() + 78, records.end()));
    }
}

TEST_F(vcf_reader_test, readers_of_a_bcf_share_its_header) {
    many_records(3).write_bcf(dir / "a.bcf");
    auto first = open(dir / "a.bcf");
    const auto place = first.tell();
    const auto header = first.share_header();
    ASSERT_NE(header, nullptr);
    auto second = vcf_reader::open(open_regular(dir / "a.bcf").value(), header).value();
    second.seek(place);
    EXPECT_EQ(rest_of(second), rest_of(first));
    many_records(3).write_vcf_gz(dir / "a.vcf.gz");
    EXPECT_EQ(open(dir / "a.vcf.gz").share_header(), nullptr);
}

TEST_F(vcf_reader_test, a_text_vcf_may_use_what_its_header_does_not_declare) {
    vcf_builder()
        .record("1", 5, "GT:ZZ", {"0/1:what", "0/0:."})
        .record("undeclared", 6, "GT", {"0/1", "0/0"})
        .write_vcf_gz(dir / "a.vcf.gz");
    auto reader = open(dir / "a.vcf.gz");
    const auto fields_before = reader.field_count();
    ASSERT_NE(reader.next(), nullptr);
    EXPECT_EQ(reader.field_count(), fields_before + 1);
    EXPECT_EQ(reader.field_name(reader.find_field("ZZ")), "ZZ");
    const auto* second = reader.next();
    ASSERT_NE(second, nullptr);
    EXPECT_EQ(reader.contig_name(second->contig), "undeclared");
}

TEST_F(vcf_reader_test, a_file_without_samples_has_records_without_fields) {
    vcf_builder().samples({}).line("1\t5\t.\tA\tC\t.\t.\t.").write_vcf_gz(dir / "a.vcf.gz");
    auto reader = open(dir / "a.vcf.gz");
    const auto* r = reader.next();
    ASSERT_NE(r, nullptr);
    EXPECT_TRUE(r->fields.empty());
}

TEST_F(vcf_reader_test, lines_that_are_no_records_are_damage) {
    const char* const table[] = {
        "1\t5\t.\tA\tC\t.\t.\t.\tGT\t0/1",       // a sample too few
        "1\t5\t.\tA\tC\t.\t.\t.\tGT\tx/y\t0/1",  // no alleles
        "1\t99999999999999999999\t.\tA\tC\t.\t.\t.\tGT\t0/1\t0/1",
    };
    for (const char* line : table) {
        vcf_builder().line(line).write_vcf_gz(dir / "a.vcf.gz");
        auto reader = open(dir / "a.vcf.gz");
        EXPECT_THROW(reader.next(), damaged_file) << line;
    }
}

TEST_F(vcf_reader_test, a_record_without_fields_still_has_the_samples_of_the_header) {
    vcf_builder().line("1\t5\t.\tA\tC\t.\t.\t.").write_vcf_gz(dir / "a.vcf.gz");
    auto text = open(dir / "a.vcf.gz");
    const auto wanted = "a record has another number of samples than the header";
    EXPECT_EQ(damage_text([&] { text.next(); }), wanted);

    vcf_builder().record("1", 5, "GT", {"0/1", "1/1"}).write_bcf(dir / "a.bcf");
    const std::string content = testing::gunzip(testing::read_file(dir / "a.bcf"));
    std::uint32_t header_bytes = 0;
    std::memcpy(&header_bytes, content.data() + 5, sizeof header_bytes);
    for (const char samples : {0, 1, 3}) {
        for (const char fields : {0, 1}) {
            std::string changed = content;
            changed[9 + header_bytes + 28] = samples;
            changed[9 + header_bytes + 31] = fields;
            testing::write_file(dir / "b.bcf", testing::bgzf_file(changed));
            auto binary = open(dir / "b.bcf");
            EXPECT_EQ(damage_text([&] { binary.next(); }), wanted) << int{samples};
        }
    }
}

TEST_F(vcf_reader_test, other_files_are_refused) {
    const std::string vcf = many_records(3).text();
    testing::write_file(dir / "plain.vcf", vcf);
    testing::run_tool("gzip -c " + (dir / "plain.vcf").string() + " > " + (dir / "gzip").string());
    const auto wanted = "is not a BGZF-compressed VCF or a BCF";
    EXPECT_EQ(refusal_of(dir / "plain.vcf"), wanted);
    EXPECT_EQ(refusal_of(dir / "gzip"), wanted);
    const std::string bodies[] = {
        testing::bgzf_file("hello\n"), testing::eof_block(), "", "BCF\2\2", std::string(500, 'x')};
    for (const auto& body : bodies) {
        testing::write_file(dir / "other", body);
        EXPECT_NE(refusal_of(dir / "other"), "opened") << body.size();
    }
}

TEST_F(vcf_reader_test, a_header_with_a_sample_twice_is_refused) {
    vcf_builder().samples({"s", "s"}).write_vcf_gz(dir / "a.vcf.gz");
    const auto wanted = "has the sample s twice; mend it with bcftools reheader -s";
    EXPECT_EQ(refusal_of(dir / "a.vcf.gz"), wanted);
}

TEST_F(vcf_reader_test, a_header_that_is_none_is_refused_by_name) {
    const std::string meta = "##fileformat=VCFv4.2\n";
    const std::pair<std::string, std::string> table[] = {
        {meta + "1\t5\t.\tA\tC\t.\t.\t.\n", "has no line that starts with #CHROM"},
        {meta, "has no line that starts with #CHROM"},
    };
    for (const auto& [text, wanted] : table) {
        testing::write_file(dir / "a.vcf.gz", testing::bgzf_file(text));
        EXPECT_EQ(refusal_of(dir / "a.vcf.gz"), wanted) << text;
    }
}

/// `mebibytes` of the same letter, which take a few kilobytes in a file.
std::string packed_letters(std::size_t mebibytes) {
    const std::string block = testing::bgzf_block(std::string(65536, 'x'));
    std::string out;
    for (std::size_t i = 0; i < 16 * mebibytes; ++i) out += block;
    return out;
}

TEST_F(vcf_reader_test, what_is_too_long_is_refused_before_memory_is_taken_for_it) {
    const std::string head = testing::bgzf_block(vcf_builder().text());
    const std::string line = head + testing::bgzf_block("1\t5\t") + packed_letters(129);
    testing::write_file(dir / "line.vcf.gz", line + testing::eof_block());
    auto long_line = open(dir / "line.vcf.gz");
    EXPECT_EQ(damage_text([&] { long_line.next(); }), "a line is longer than 128 MiB");

    const std::string meta = testing::bgzf_block("##fileformat=VCFv4.2\n##x=");
    testing::write_file(dir / "head.vcf.gz", meta + packed_letters(257) + testing::eof_block());
    EXPECT_EQ(
        refusal_of(dir / "head.vcf.gz"), "has a damaged header: a line is longer than 256 MiB"
    );
    std::string bcf("BCF\2\2\xff\xff\xff\x7f", 9);
    testing::write_file(dir / "head.bcf", testing::bgzf_file(bcf));
    EXPECT_EQ(refusal_of(dir / "head.bcf"), "has a header of more than 256 MiB");
}

/// The header of a BCF with this text.
std::string bcf_header(const std::string& text) {
    std::string out("BCF\2\2", 5);
    testing::append_little_endian(out, text.size() + 1, 4);
    return out + text + '\0';
}

// htslib makes room for every number up to the largest: some 200 bytes of header took 8 GiB.
TEST_F(vcf_reader_test, a_dictionary_that_claims_gigabytes_is_refused) {
    const auto write = [this](const std::string& meta) {
        const auto text = vcf_builder().meta(meta).record("1", 5, "GT", {"0/1", "1/1"}).text();
        testing::write_file(dir / "a.vcf.gz", testing::bgzf_file(text));
        const auto head = text.substr(0, text.rfind('\n', text.size() - 2) + 1);
        testing::write_file(dir / "a.bcf", testing::bgzf_file(bcf_header(head)));
        // A line that is none, which htslib passes over.
        testing::write_file(dir / "b.bcf", testing::bgzf_file(bcf_header("#x\n" + head)));
    };
    for (const std::string meta : {
             "contig=<ID=far,length=5,IDX=500000000>",
             "INFO=<ID=X,Number=1,Type=Integer,Description=\"IDX=1\",IDX = \t+500000000>",
             "FORMAT=<ID=X,IDX=0500000000,Number=1,Type=Integer,Description=\"x\">",
         }) {
        write(meta);
        for (const char* name : {"a.vcf.gz", "a.bcf", "b.bcf"}) {
            const std::string lines = *name == 'b' ? "13" : "12";
            EXPECT_EQ(
                refusal_of(dir / name),
                "has a header that counts its contigs or tags up to 500000000 (IDX=) in " + lines +
                    " lines"
            ) << meta;
        }
    }
    write("contig=<ID=far,IDX=99999999999999999999>");
    EXPECT_NE(refusal_of(dir / "a.vcf.gz").find("(IDX=)"), std::string::npos);
    write("contig=<ID=far,length=5,IDX=90000>");
    for (const char* name : {"a.vcf.gz", "a.bcf"}) {
        EXPECT_EQ(refusal_of(dir / name), "opened") << name;
    }
    // A sample may be called so.
    testing::write_file(
        dir / "a.vcf.gz", testing::bgzf_file(vcf_builder().samples({"IDX=500000000"}).text())
    );
    EXPECT_EQ(refusal_of(dir / "a.vcf.gz"), "opened");
}

// htslib declares unknown names by parsing a header line made of them.
TEST_F(vcf_reader_test, a_name_in_a_record_cannot_make_the_dictionary_huge) {
    for (const char* line : {
             "1,IDX=500000000>\t5\t.\tA\tC\t.\t.\t.\tGT\t0/1\t0/1",
             "1\t5\t.\tA\tC\t.\tq,IDX=500000000>\t.\tGT\t0/1\t0/1",
             "1\t5\t.\tA\tC\t.\t.\t.\tGT:X,IDX = 500000000>\t0/1:1\t0/1:1",
         }) {
        vcf_builder().line(line).write_vcf_gz(dir / "a.vcf.gz");
        auto reader = open(dir / "a.vcf.gz");
        EXPECT_EQ(damage_text([&] { reader.next(); }), "a record has a name that cannot be one");
    }
    vcf_builder()
        .line("1\t5\tIDX=7\tA\tC\t.\t.\tIDX=5\tGT\t0/1\t0/1")
        .write_vcf_gz(dir / "a.vcf.gz");
    auto reader = open(dir / "a.vcf.gz");
    EXPECT_NE(reader.next(), nullptr);
}

TEST_F(vcf_reader_test, a_bcf_header_that_is_cut_off_is_damaged) {
    const auto whole = bcf_header(vcf_builder().text());
    testing::write_file(dir / "a.bcf", testing::bgzf_file(whole.substr(0, whole.size() / 2)));
    EXPECT_EQ(refusal_of(dir / "a.bcf"), "has a damaged header: the file ends within its header");
}

TEST_F(vcf_reader_test, a_bcf_record_that_claims_gigabytes_is_damage) {
    vcf_builder().record("1", 5, "GT", {"0/1", "1/1"}).write_bcf(dir / "a.bcf");
    const std::string content = testing::gunzip(testing::read_file(dir / "a.bcf"));
    std::uint32_t header_bytes = 0;
    std::memcpy(&header_bytes, content.data() + 5, sizeof header_bytes);
    const std::size_t at = 9 + header_bytes;
    struct claim {
        std::string lengths;
        const char* wanted;
    };
    const claim table[] = {
        {std::string("\xf0\xff\xff\xff\xf0\xff\xff\xff", 8), "a record is longer than 128 MiB"},
        {std::string("\x17\0\0\0\x20\0\0\0", 8), "a record is shorter than its own counts"},
        {std::string("\0\0\0\x04\0\0\0\x01", 8), "the file ends within a record"},
    };
    for (const auto& [lengths, wanted] : table) {
        std::string changed = content;
        changed.replace(at, lengths.size(), lengths);
        testing::write_file(dir / "b.bcf", testing::bgzf_file(changed));
        auto reader = open(dir / "b.bcf");
        EXPECT_EQ(damage_text([&] { reader.next(); }), wanted);
    }
}

TEST_F(vcf_reader_test, a_line_that_htslib_would_blow_up_is_damage) {
    // Every one of 20,000 samples would get the room of the widest.
    std::vector<std::string> names;
    for (int i = 0; i < 20'000; ++i) names.push_back("s" + std::to_string(i));
    std::vector<std::string> cells(names.size(), "0");
    cells[0] = "0";
    for (int i = 0; i < 20'000; ++i) cells[0] += "/0";
    vcf_builder().samples(names).record("1", 5, "GT", cells).write_vcf_gz(dir / "a.vcf.gz");
    auto reader = open(dir / "a.vcf.gz");
    EXPECT_EQ(damage_text([&] { reader.next(); }), "a record is too wide");
}

TEST_F(vcf_reader_test, a_line_whose_samples_are_wide_in_different_fields_is_damage) {
    // No cell is wide, yet each of 150 fields would get the room of its widest in each sample.
    constexpr int count = 150;
    const std::string wide(30'000, 'x');
    vcf_builder file;
    std::vector<std::string> names;
    std::vector<std::string> cells;
    std::string format;
    for (int i = 0; i < count; ++i) {
        const std::string name = "F" + std::to_string(i);
        file.meta("FORMAT=<ID=" + name + ",Number=1,Type=String,Description=\"d\">");
        names.push_back("s" + std::to_string(i));
        format += (i == 0 ? "" : ":") + name;
        std::string cell;
        for (int field = 0; field < count; ++field) {
            cell += (field == 0 ? "" : ":") + (field == i ? wide : std::string("."));
        }
        cells.push_back(cell);
    }
    file.samples(names).record("1", 5, format, cells).write_vcf_gz(dir / "a.vcf.gz");
    auto reader = open(dir / "a.vcf.gz");
    EXPECT_EQ(damage_text([&] { reader.next(); }), "a record is too wide");
}

TEST_F(vcf_reader_test, a_value_that_no_answer_should_hold_is_damage) {
    const auto genotype = [](int alleles) {
        std::string out = "0";
        for (int i = 1; i < alleles; ++i) out += "/1";
        return out;
    };
    const std::string longest((std::size_t{4} << 20) - 64, 'x');  // htslib pads a little
    vcf_builder()
        .record("1", 5, "GT:NT", {genotype(4096) + ":" + longest, "0/1:."})
        .record("1", 6, "GT", {genotype(4097), "0/1"})
        .record("1", 7, "NT", {longest + std::string(65, 'x'), "."})
        .write_vcf_gz(dir / "a.vcf.gz");
    auto reader = open(dir / "a.vcf.gz");
    EXPECT_EQ(reader.next()->fields.size(), 2U);
    EXPECT_EQ(damage_text([&] { reader.next(); }), "a genotype has more than 4096 alleles");
    EXPECT_EQ(damage_text([&] { reader.next(); }), "a value is longer than 4 MiB");
}

TEST_F(vcf_reader_test, a_line_with_more_filters_or_info_than_can_be_declared_is_damage) {
    const auto list = [](int count) {
        std::string out;
        for (int i = 0; i < count; ++i) out += (i == 0 ? "f" : ";f") + std::to_string(i);
        return out;
    };
    const std::pair<std::string, std::string> table[] = {
        {list(10'001), "."}, {".", list(10'001)}, {list(300'000), "."}};
    for (const auto& [filters, info] : table) {
        vcf_builder()
            .line("1\t5\t.\tA\tC\t.\t" + filters + "\t" + info + "\tGT\t0/1\t1/1")
            .write_vcf_gz(dir / "a.vcf.gz");
        auto reader = open(dir / "a.vcf.gz");
        const auto text = damage_text([&] { reader.next(); });
        EXPECT_EQ(text, "a record has too many entries in FILTER or INFO");
    }
    vcf_builder()
        .line("1\t5\t.\tA\tC\t.\t" + list(4000) + "\t" + list(4000) + "\tGT\t0/1\t1/1")
        .write_vcf_gz(dir / "a.vcf.gz");
    auto reader = open(dir / "a.vcf.gz");
    EXPECT_NE(reader.next(), nullptr);
}

TEST_F(vcf_reader_test, a_large_header_grows_less) {
    vcf_builder file;
    for (int i = 0; i < 40'000; ++i) file.meta("contig=<ID=d" + std::to_string(i) + ">");
    for (int i = 0; i < 6000; ++i) {
        file.record("c" + std::to_string(i), 5, "GT", {"0/1", "0/0"});
    }
    file.write_vcf_gz(dir / "a.vcf.gz");
    auto reader = open(dir / "a.vcf.gz");
    int records = 0;
    const auto text = damage_text([&] {
        while (reader.next() != nullptr) ++records;
    });
    EXPECT_EQ(text, "too many contigs or tags are not declared in the header");
    EXPECT_GT(records, 4000);
    EXPECT_LT(records, 5000);
}

TEST_F(vcf_reader_test, a_header_does_not_grow_without_end) {
    vcf_builder file;
    for (int i = 0; i < 10'100; ++i) {
        file.record("c" + std::to_string(i), 5, "GT", {"0/1", "0/0"});
    }
    file.write_vcf_gz(dir / "a.vcf.gz");
    auto reader = open(dir / "a.vcf.gz");
    int records = 0;
    const auto text = damage_text([&] {
        while (reader.next() != nullptr) ++records;
    });
    EXPECT_EQ(text, "too many contigs or tags are not declared in the header");
    EXPECT_EQ(records, 10'000);
}

TEST_F(vcf_reader_test, records_say_how_much_of_the_reference_they_cover) {
    vcf_builder()
        .meta("INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">")
        .line("1\t5\t.\tACGT\tA\t.\t.\t.\tGT\t0/1\t1/1")
        .line("1\t9\t.\tA\t<DEL>\t.\t.\tEND=70008\tGT\t0/1\t1/1")
        .write_vcf_gz(dir / "a.vcf.gz");
    testing::run_tool(
        "bcftools view --no-version -Ob -o " + (dir / "a.bcf").string() + " " +
        (dir / "a.vcf.gz").string()
    );
    for (const char* name : {"a.vcf.gz", "a.bcf"}) {
        auto reader = open(dir / name);
        EXPECT_EQ(reader.next()->length, 4) << name;
        EXPECT_EQ(reader.next()->length, 70'000) << name;
        reader.check_record();
    }
}

TEST_F(vcf_reader_test, a_file_cut_anywhere_never_ends_quietly) {
    for (const bool bcf : {false, true}) {
        const auto path = dir / (bcf ? "a.bcf" : "a.vcf.gz");
        const auto file = many_records(12);
        bcf ? file.write_bcf(path, 700) : file.write_vcf_gz(path, 700);
        const std::string whole = testing::read_file(path);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            testing::write_file(path, whole.substr(0, size));
            auto reader = vcf_reader::open(open_regular(path).value());
            if (!reader) continue;
            EXPECT_THROW(rest_of(*reader), damaged_file) << size << " of " << whole.size();
        }
    }
}

TEST_F(vcf_reader_test, a_changed_byte_within_a_block_is_damage) {
    many_records(12).write_bcf(dir / "a.bcf", 700);
    std::string bytes = testing::read_file(dir / "a.bcf");
    bytes[bytes.size() - 60] ^= 0x20;  // in the last block with records
    testing::write_file(dir / "a.bcf", bytes);
    auto reader = open(dir / "a.bcf");
    EXPECT_THROW(rest_of(reader), damaged_file);
}

TEST_F(vcf_reader_test, a_place_behind_the_end_is_damage) {
    many_records(3).write_bcf(dir / "a.bcf");
    auto reader = open(dir / "a.bcf");
    EXPECT_THROW(
        {
            reader.seek(std::uint64_t{1} << 40);
            reader.next();
        },
        damaged_file
    );
}

TEST_F(vcf_reader_test, only_fields_that_are_wanted_need_be_read) {
    mixed_records().write_vcf_gz(dir / "a.vcf.gz");
    const auto fields_of = [this](wanted_fields wanted) {
        auto reader = open(dir / "a.vcf.gz");
        reader.want(wanted);
        std::vector<std::string> out;
        while (const auto* r = reader.next()) {
            auto& names = out.emplace_back(std::string(r->name) + ":");
            for (const auto& field : r->fields)
                names.append(reader.field_name(field.key)).append(" ");
        }
        return out;
    };
    using strings = std::vector<std::string>;
    EXPECT_EQ(fields_of(wanted_fields::all), (strings{":GT ", "rs1;rs2:GT DP GL ", "x:DP NT "}));
    EXPECT_EQ(fields_of(wanted_fields::genotypes), (strings{":GT ", "rs1;rs2:GT ", "x:DP NT "}));
    EXPECT_EQ(fields_of(wanted_fields::none), (strings{":", "rs1;rs2:", "x:"}));
}

TEST_F(vcf_reader_test, genotypes_alone_are_those_that_stand_among_other_fields) {
    mixed_records().write_vcf_gz(dir / "a.vcf.gz");
    auto whole = open(dir / "a.vcf.gz");
    auto alone = open(dir / "a.vcf.gz");
    alone.want(wanted_fields::genotypes);
    while (const auto* expected = whole.next()) {
        const auto* got = alone.next();
        ASSERT_NE(got, nullptr);
        EXPECT_EQ(got->pos0, expected->pos0);
        EXPECT_EQ(got->length, expected->length);
        EXPECT_EQ(got->allele_count, expected->allele_count);
        const auto* theirs = whole.find_field(*expected, "GT");
        const auto* ours = alone.find_field(*got, "GT");
        ASSERT_EQ(ours == nullptr, theirs == nullptr);
        if (theirs == nullptr) continue;
        EXPECT_EQ(ours->per_sample, theirs->per_sample);
        EXPECT_TRUE(std::equal(
            ours->bytes.begin(), ours->bytes.end(), theirs->bytes.begin(), theirs->bytes.end()
        ));
    }
    EXPECT_EQ(alone.next(), nullptr);
}

TEST_F(vcf_reader_test, a_zero_byte_before_format_is_damage) {
    const std::string head =
        "##fileformat=VCFv4.3\n##contig=<ID=1>\n"
        "##INFO=<ID=X,Number=1,Type=String,Description=\"x\">\n"
        "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">\n"
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS0\tS1\n";
    const std::string line = "1\t5\tab\tACG\tC\t30\tPASS\tX=abc\tGT\t0|1\t1/1\n";
    for (const auto wanted : {wanted_fields::genotypes, wanted_fields::all}) {
        for (std::size_t at = 1; at < line.find("GT"); ++at) {
            auto broken = line;
            broken[at] = '\0';
            testing::write_file(dir / "z.vcf.gz", testing::bgzf_file(head + broken));
            auto reader = open(dir / "z.vcf.gz");
            reader.want(wanted);
            EXPECT_THROW(rest_of(reader), damaged_file) << at;
        }
    }
}

/// A file of diploid genotypes of one digit, whose lines are read without looking for their ends.
std::string plain_pairs(int samples, int lines) {
    std::string out =
        "##fileformat=VCFv4.3\n##contig=<ID=1>\n"
        "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">\n"
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
    for (int i = 0; i < samples; ++i) out += "\tS" + std::to_string(i);
    for (int line = 0; line < lines; ++line) {
        out += "\n1\t" + std::to_string(line + 5) + "\t.\tA\tC\t.\t.\t.\tGT";
        for (int i = 0; i < samples; ++i) out += i % 3 == line % 3 ? "\t0|1" : "\t./1";
    }
    return out + "\n";
}

TEST_F(vcf_reader_test, a_line_ends_where_its_end_is) {
    for (const int samples : {1, 7, 16, 17, 40}) {
        const auto text = plain_pairs(samples, 2);
        const auto first = text.find("\n1\t") + 1;
        const auto second = text.find("\n1\t", first) + 1;
        for (std::size_t at = first + 1; at + 1 < second; ++at) {
            auto broken = text;
            broken[at] = '\n';
            testing::write_file(dir / "n.vcf.gz", testing::bgzf_file(broken));
            auto reader = open(dir / "n.vcf.gz");
            EXPECT_THROW(rest_of(reader), damaged_file) << samples << " samples, byte " << at;
        }
    }
}

TEST_F(vcf_reader_test, lines_are_the_same_however_blocks_cut_them) {
    const auto text = plain_pairs(9, 5);
    const auto lines = text.find("\n1\t") + 1;
    testing::write_file(dir / "whole.vcf.gz", testing::bgzf_file(text));
    auto whole = open(dir / "whole.vcf.gz");
    const auto records = rest_of(whole);
    ASSERT_EQ(records.size(), 5U);
    for (std::size_t bytes = 1; bytes < text.size() - lines; ++bytes) {
        const auto head = testing::bgzf_block(std::string_view(text).substr(0, lines));
        const auto rest = testing::bgzf_file(std::string_view(text).substr(lines), bytes, 1);
        testing::write_file(dir / "cut.vcf.gz", head + rest);
        auto cut = open(dir / "cut.vcf.gz");
        EXPECT_EQ(rest_of(cut), records) << bytes;
    }
    auto unended = text;
    unended.pop_back();
    testing::write_file(dir / "unended.vcf.gz", testing::bgzf_file(unended));
    auto reader = open(dir / "unended.vcf.gz");
    EXPECT_EQ(rest_of(reader), records);
}

TEST_F(vcf_reader_test, a_place_behind_the_end_of_a_block_is_damage) {
    many_records(12).write_vcf_gz(dir / "a.vcf.gz", 700);
    const auto blocks = open(dir / "a.vcf.gz").tell() >> 16;
    for (const std::uint64_t within : {701U, 5'000U, 65'000U}) {
        auto reader = open(dir / "a.vcf.gz");
        EXPECT_THROW(
            {
                reader.seek(blocks << 16 | within);
                reader.next();
            },
            damaged_file
        ) << within;
    }
}

}  // namespace
}  // namespace callstream::hts
