#include "server/brapi/call_writer.hpp"

#include "engine/variants/variant_file.hpp"
#include "tests/support/one_call_set.hpp"
#include "tests/support/vcf_builder.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace callstream::brapi {
namespace {

namespace json = boost::json;
using testing::one_call_set;
using testing::vcf_builder;

/// The calls of one sample of a file, each parsed from its JSON.
class call_writer_test : public ::testing::Test {
 protected:
    std::vector<json::object> calls(
        const vcf_builder& vcf,
        const genotype::genotype_format& format = {},
        std::uint32_t column = 0,
        const std::string& name = "a.vcf.gz"
    ) {
        name.ends_with("bcf") ? vcf.write_bcf(dir_ / name) : vcf.write_vcf_gz(dir_ / name);
        const auto file = variants::variant_file::open(dir_ / name).value();
        variants::set_cursor cursor{variants::set_view({file})};
        cursor.rewind().value();
        one_call_set writer(column, format);
        std::vector<json::object> out;
        while (const auto* record = cursor.next()) {
            text_buffer buffer;
            writer.write(buffer, *record, cursor);
            out.push_back(json::parse(buffer.view()).as_object());
        }
        return out;
    }
    json::object only_call(const vcf_builder& vcf, std::uint32_t column = 0) {
        return calls(vcf, {}, column).at(0);
    }
    testing::temp_dir dir_;
};

/// A field's object out of genotypeMetadata; throws if it is not there.
json::object metadata_of(const json::object& call, std::string_view field) {
    for (const auto& entry : call.at("genotypeMetadata").as_array()) {
        if (entry.at("fieldAbbreviation").as_string() == field) return entry.as_object();
    }
    throw std::out_of_range(std::string(field));
}

TEST_F(call_writer_test, fields_are_told_anew_in_each_file_of_a_set) {
    // In each header another field and contig have the same number.
    vcf_builder()
        .meta("contig=<ID=this>")
        .meta("FORMAT=<ID=AA,Number=1,Type=Integer,Description=\"A\">")
        .record("this", 5, "GT:AA", {"0/1:7", "."})
        .write_bcf(dir_ / "1.bcf");
    vcf_builder()
        .meta("contig=<ID=that>")
        .meta("FORMAT=<ID=BB,Number=1,Type=Integer,Description=\"B\">")
        .record("that", 6, "GT:BB", {"1/1:8", "."})
        .write_bcf(dir_ / "2.bcf");
    variants::set_cursor cursor{variants::set_view(
        {variants::variant_file::open(dir_ / "1.bcf").value(),
         variants::variant_file::open(dir_ / "2.bcf").value()}
    )};
    cursor.rewind().value();
    one_call_set writer;
    std::vector<json::object> out;
    while (const auto* record = cursor.next()) {
        text_buffer buffer;
        writer.write(buffer, *record, cursor);
        out.push_back(json::parse(buffer.view()).as_object());
    }
    ASSERT_EQ(out.size(), 2U);
    EXPECT_EQ(metadata_of(out[0], "AA").at("fieldValue"), "7");
    EXPECT_EQ(metadata_of(out[1], "BB").at("fieldValue"), "8");
    EXPECT_EQ(out[0].at("variantDbId"), "d~a~this~5~1");
    EXPECT_EQ(out[1].at("variantDbId"), "d~a~that~6~1");
    EXPECT_EQ(out[1].at("genotypeValue"), "1/1");
}

TEST_F(call_writer_test, a_call_has_every_field_of_the_specification) {
    const auto call = only_call(
        vcf_builder().record("1", 5, "GT:DP:PL:PS", {"0|1:7:35,0,40:123", "./.:.:.:."}, "rs7")
    );
    const json::value expected = {
        {"additionalInfo", json::object()},
        {"callSetDbId", "d~a~s"},
        {"callSetName", "s\"1"},
        {"genotype", {{"values", {"0|1"}}}},
        {"genotypeMetadata",
         {{{"dataType", "integer"},
           {"fieldAbbreviation", "DP"},
           {"fieldName", "Read Depth"},
           {"fieldValue", "7"}},
          {{"dataType", "integer"},
           {"fieldAbbreviation", "PL"},
           {"fieldName", "Phred-scaled Genotype Likelihoods"},
           {"fieldValue", "35,0,40"}},
          {{"dataType", "integer"},
           {"fieldAbbreviation", "PS"},
           {"fieldName", "Phase Set"},
           {"fieldValue", "123"}}}},
        {"genotypeValue", "0|1"},
        {"genotype_likelihood", {-3.5, 0, -4}},
        {"phaseSet", "123"},
        {"variantDbId", "d~a~1~5~1"},
        {"variantName", "rs7"},
        {"variantSetDbId", "d~a"},
        {"variantSetName", "a\\b"},
    };
    EXPECT_EQ(json::value(call), expected) << json::serialize(call);
}

TEST_F(call_writer_test, a_call_without_any_value_has_the_same_fields) {
    const auto call =
        only_call(vcf_builder().record("1", 5, "GT:DP:PL:PS", {"./.:.:.:.", "./.:.:.:."}), 1);
    EXPECT_EQ(call.at("genotypeValue"), ".");
    EXPECT_EQ(call.at("genotype").at("values").at(0), ".");
    EXPECT_TRUE(call.at("genotype_likelihood").is_null());
    EXPECT_TRUE(call.at("phaseSet").is_null());
    EXPECT_EQ(metadata_of(call, "DP").at("fieldValue"), ".");
    EXPECT_EQ(call.at("variantName"), "1:5");
}

TEST_F(call_writer_test, a_record_without_gt_is_unknown) {
    const auto call = only_call(vcf_builder().record("1", 5, "DP", {"7", "8"}));
    EXPECT_EQ(call.at("genotypeValue"), ".");
    EXPECT_EQ(metadata_of(call, "DP").at("fieldValue"), "7");
}

TEST_F(call_writer_test, the_format_is_escaped_and_used_for_missing_values_too) {
    const auto file = vcf_builder().record("1", 5, "GT:DP:NT", {"0/1:.:.", "0|.:3:a\"b\\"});
    const genotype::genotype_format format{"\"|\\", "\xC3\xBC", "N\n\"A", false};
    const auto first = calls(file, format, 0).at(0);
    EXPECT_EQ(
        first.at("genotypeValue"),
        "0\xC3\xBC"
        "1"
    );
    EXPECT_EQ(metadata_of(first, "DP").at("fieldValue"), "N\n\"A");
    EXPECT_EQ(metadata_of(first, "NT").at("fieldValue"), "N\n\"A");
    const auto second = calls(file, format, 1).at(0);
    EXPECT_EQ(second.at("genotypeValue"), "0\"|\\N\n\"A");
    EXPECT_EQ(metadata_of(second, "NT").at("fieldValue"), "a\"b\\");
}

TEST_F(call_writer_test, likelihoods_come_from_gl_before_pl) {
    const auto file = vcf_builder()
                          .record("1", 5, "GT:PL:GL", {"0/1:35,0,40:-0.5,-1,-2", "0/1:.:."})
                          .record("1", 6, "GT:PL:GL", {"0/1:35,.,0:.", "0/1:.:-1,.,-inf"});
    const auto first = calls(file, {}, 0);
    EXPECT_EQ(first[0].at("genotype_likelihood"), json::value({-0.5, -1, -2}));
    EXPECT_EQ(first[1].at("genotype_likelihood"), json::value({-3.5, nullptr, 0}));
    const auto second = calls(file, {}, 1);
    EXPECT_TRUE(second[0].at("genotype_likelihood").is_null());
    EXPECT_EQ(second[1].at("genotype_likelihood"), json::value({-1, nullptr, nullptr}));
}

TEST_F(call_writer_test, a_field_is_named_by_its_description_or_by_its_id) {
    const auto call = only_call(
        vcf_builder()
            .meta("FORMAT=<ID=QQ,Number=1,Type=Float,Description=\"My, \\\"own\\\" score\">")
            .record("1", 5, "GT:QQ:ZZ", {"0/1:0.1:what", "0/0:.:."})
    );
    const auto described = metadata_of(call, "QQ");
    EXPECT_EQ(described.at("dataType"), "float");
    EXPECT_EQ(described.at("fieldValue"), "0.1");
    EXPECT_TRUE(described.at("fieldName").as_string().starts_with("My, ")) << described;
    const auto undeclared = metadata_of(call, "ZZ");
    EXPECT_EQ(undeclared.at("dataType"), "string");
    EXPECT_EQ(undeclared.at("fieldName"), "ZZ");
    EXPECT_EQ(undeclared.at("fieldValue"), "what");
}

TEST_F(call_writer_test, a_field_that_turns_up_undeclared_later_is_learnt_then) {
    const auto all = calls(vcf_builder()
                               .record("1", 5, "GT", {"0/1", "0/0"})
                               .record("1", 6, "GT:ZZ", {"0/1:late", "0/0:."})
                               .record("1", 7, "GT:YY", {"0/1:later", "0/0:."}));
    EXPECT_TRUE(all[0].at("genotypeMetadata").as_array().empty());
    EXPECT_EQ(metadata_of(all[1], "ZZ").at("fieldValue"), "late");
    EXPECT_EQ(metadata_of(all[2], "YY").at("fieldValue"), "later");
}

TEST_F(call_writer_test, a_bcf_whose_dictionary_has_gaps_is_written) {
    const auto file = vcf_builder()
                          .meta("FORMAT=<ID=LATE,Number=1,Type=Integer,Description=\"L\",IDX=40>")
                          .record("1", 5, "GT:LATE", {"0/1:3", "1/1:4"});
    const auto all = calls(file, {}, 0, "gaps.bcf");
    EXPECT_EQ(metadata_of(all.at(0), "LATE").at("fieldValue"), "3");
}

TEST_F(call_writer_test, any_changed_byte_of_a_bcf_record_is_damage_or_still_gives_json) {
    vcf_builder()
        .record("1", 5, "GT:DP:PL:NT:GL", {"0/1:3:1,2,3:note:-1,.,-2", "./.:.:.:.:."}, "rs1")
        .write_bcf(dir_ / "a.bcf");
    const std::string whole = testing::gunzip(testing::read_file(dir_ / "a.bcf"));
    std::uint32_t header_bytes = 0;
    std::memcpy(&header_bytes, whole.data() + 5, sizeof header_bytes);
    const std::size_t lengths = 9 + header_bytes;  // of the record; they are left alone
    int served = 0;
    for (std::size_t at = lengths + 8; at < whole.size(); ++at) {
        for (const int change : {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xf0, 0xff}) {
            std::string other = whole;
            other[at] = static_cast<char>(other[at] ^ change);
            testing::write_file(dir_ / "a.bcf", testing::bgzf_file(other));
            const auto file = variants::variant_file::open(dir_ / "a.bcf");
            if (!file) continue;  // the first record is looked at when a file is opened
            variants::set_cursor cursor{variants::set_view({*file})};
            cursor.rewind().value();
            text_buffer buffer;
            try {
                const auto* record = cursor.next();
                ASSERT_NE(record, nullptr);
                one_call_set(1).write(buffer, *record, cursor);
            } catch (const damaged_file&) {
                continue;
            }
            json::error_code ec;
            json::parse(buffer.view(), ec);
            ASSERT_FALSE(ec) << "byte " << at << ": " << buffer.view();
            ++served;
        }
    }
    EXPECT_GT(served, 0);
}

TEST_F(call_writer_test, variants_at_one_position_have_different_ids) {
    const auto all = calls(vcf_builder()
                               .record("1", 5, "GT", {"0/1", "0/0"})
                               .record("1", 5, "GT", {"0/1", "0/0"}, "rs1;rs2")
                               .record("1", 6, "GT", {"0/1", "0/0"})
                               .record("HLA:A*01", 6, "GT", {"0/1", "0/0"}));
    EXPECT_EQ(all[0].at("variantDbId"), "d~a~1~5~1");
    EXPECT_EQ(all[1].at("variantDbId"), "d~a~1~5~2");
    EXPECT_EQ(all[1].at("variantName"), "rs1");
    EXPECT_EQ(all[2].at("variantDbId"), "d~a~1~6~1");
    EXPECT_EQ(all[3].at("variantDbId"), "d~a~HLA.3AA.2A01~6~1");
    EXPECT_EQ(all[3].at("variantName"), "HLA:A*01:6");
}

TEST_F(call_writer_test, a_phase_set_may_be_text) {
    const auto file = vcf_builder().record("1", 5, "GT:PQ", {"0|1:x", "0|1:."});
    std::string text = file.text();
    // The same file with PS declared as text.
    const std::string declared = "ID=PS,Number=1,Type=Integer";
    text.replace(text.find(declared), declared.size(), "ID=PS,Number=1,Type=String");
    text.replace(text.find("GT:PQ"), 5, "GT:PS");
    testing::write_file(dir_ / "text.vcf.gz", testing::bgzf_file(text));
    const auto opened = variants::variant_file::open(dir_ / "text.vcf.gz").value();
    for (const std::uint32_t column : {0U, 1U}) {
        variants::set_cursor cursor{variants::set_view({opened})};
        cursor.rewind().value();
        text_buffer buffer;
        one_call_set(column).write(buffer, *cursor.next(), cursor);
        const auto phase_set = json::parse(buffer.view()).at("phaseSet");
        EXPECT_EQ(phase_set, column == 0 ? json::value("x") : json::value(nullptr));
    }
}

TEST_F(call_writer_test, a_call_that_failed_filters_says_which) {
    const auto file = vcf_builder().record("1", 5, "GT:FT", {"0|1:q10;s\"50", "0|1:PASS"});
    const auto failed = only_call(file, 0);
    EXPECT_EQ(failed.at("additionalInfo"), (json::object{{"FT", "q10;s\"50"}}));
    EXPECT_EQ(metadata_of(failed, "FT").at("fieldValue"), "q10;s\"50");
    EXPECT_EQ(failed.at("callSetDbId"), "d~a~s");
    EXPECT_EQ(only_call(file, 1).at("additionalInfo"), json::object());
    const auto unknown = vcf_builder().record("1", 5, "GT:FT", {"0|1:.", "0|1"});
    EXPECT_EQ(only_call(unknown, 0).at("additionalInfo"), json::object());
    EXPECT_EQ(only_call(unknown, 1).at("additionalInfo"), json::object());
}

TEST_F(call_writer_test, vcf_and_bcf_give_the_same_calls) {
    const auto file = vcf_builder()
                          .record("1", 5, "GT:AD:GL", {"0/1:3,4:-1,-2,-3", "./.:.:."})
                          .record("2", 9, "GT:DP:NT", {"1|1|0:1000:n", "1:.:."}, "x", "G,T");
    for (const std::uint32_t column : {0U, 1U}) {
        EXPECT_EQ(calls(file, {}, column), calls(file, {}, column, "a.bcf"));
    }
}

TEST_F(call_writer_test, calls_of_a_row_come_in_the_order_asked_for_and_in_pieces) {
    vcf_builder()
        .samples({"a", "b", "c"})
        .record("1", 5, "GT:DP", {"0/0:1", "0/1:2", "1/1:3"})
        .write_vcf_gz(dir_ / "a.vcf.gz");
    variants::set_cursor cursor{
        variants::set_view({variants::variant_file::open(dir_ / "a.vcf.gz").value()})};
    cursor.rewind().value();
    call_writer writer("d~a", "a", {});
    for (const std::uint32_t column : {2U, 0U, 1U}) {
        writer.add_call_set("d~a~" + std::to_string(column), "x", column);
    }
    writer.enter(*cursor.next(), cursor);
    const auto ids = [&](std::uint64_t first, std::uint64_t most, std::size_t enough) {
        text_buffer out;
        const auto count = writer.write(out, first, most, enough, ',');
        std::string all = std::to_string(count);
        const auto calls = json::parse("[" + std::string(out.view()) + "null]").as_array();
        for (const auto& call : calls) {
            if (call.is_null()) continue;
            all.append(" ").append(call.at("callSetDbId").as_string());
            all.append(" ").append(call.at("genotypeValue").as_string());
        }
        return all;
    };
    EXPECT_EQ(ids(0, 9, 1 << 20), "3 d~a~2 1/1 d~a~0 0/0 d~a~1 0/1");
    EXPECT_EQ(ids(1, 1, 1 << 20), "1 d~a~0 0/0");
    EXPECT_EQ(ids(1, 9, 1), "1 d~a~0 0/0") << "one at least, no more when that is enough";
}

TEST_F(call_writer_test, only_members_that_are_wanted_are_written) {
    vcf_builder()
        .record("1", 5, "GT:DP:FT:PS:PL", {"0|1:7:q10:3:1,2,3", "1/1:8:PASS:.:."})
        .record("1", 6, "GT", {"0|1", "1/1"})
        .write_vcf_gz(dir_ / "a.vcf.gz");
    const auto file = variants::variant_file::open(dir_ / "a.vcf.gz").value();
    for (std::uint32_t members = 1; members <= all_call_members; ++members) {
        variants::set_cursor cursor{variants::set_view({file})};
        cursor.rewind().value();
        call_writer writer("d~a", "a", {.format = {}, .members = members});
        writer.add_call_set("d~a~s", "s", 0);
        while (const auto* record = cursor.next()) {
            text_buffer out;
            writer.enter(*record, cursor);
            writer.write(out, 0, 1, 0, ' ');
            const auto call = json::parse(out.view()).as_object();
            std::uint32_t written = 0;
            for (const auto& member : call) {
                written |= static_cast<std::uint32_t>(find_call_member(member.key()).value());
            }
            ASSERT_EQ(written, members) << out.view();
        }
    }
}

TEST_F(call_writer_test, alleles_can_be_bases_or_a_dosage) {
    const auto file = vcf_builder()
                          .meta("FORMAT=<ID=DS,Number=A,Type=Float,Description=\"D\">")
                          .record("1", 5, "GT:DS", {"0/1:0.9", "2|2:1.5"}, ".", "<\"X>,CT")
                          .record("1", 6, "DS", {"0.25", "."});
    const auto bases = calls(file, {.encoding = genotype::allele_encoding::bases}, 0);
    EXPECT_EQ(bases[0].at("genotypeValue"), "A/<\"X>");
    EXPECT_EQ(bases[1].at("genotypeValue"), ".");
    for (const std::uint32_t column : {0U, 1U}) {
        const auto dosage = calls(file, {.encoding = genotype::allele_encoding::dosage}, column);
        EXPECT_EQ(dosage[0].at("genotypeValue"), column == 0 ? "1" : "2") << "GT before DS";
        EXPECT_EQ(dosage[1].at("genotypeValue"), column == 0 ? "0.25" : ".");
    }
}

}  // namespace
}  // namespace callstream::brapi
