#include "server/genomics/read_writer.hpp"

#include "engine/core/error.hpp"
#include "tests/support/reads_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace callstream::genomics {
namespace {

namespace json = boost::json;
using namespace std::string_literals;
using testing::bam_read;

class read_writer_test : public ::testing::Test {
 protected:
    read_writer_test() {
        testing::write_file(dir_ / "x.bam", testing::bgzf_file(header_));
        set_.id = "home~x";
        set_.file = reads::reads_file::open(dir_ / "x.bam").value();
    }

    /// As JSON, of what `fields` asks for.
    json::value written(const bam_read& read, std::string_view fields = "*") {
        read_writer writer(set_, field_mask::parse(fields).value());
        text_buffer out;
        write(writer, out, testing::bam_record_bytes(read));
        return json::parse(out.view());
    }
    void write(read_writer& writer, text_buffer& out, const std::string& bytes) const {
        const auto content = testing::bgzf_file(header_ + bytes);
        testing::write_file(dir_ / "one.bam", content);
        const auto file = reads::reads_file::open(dir_ / "one.bam").value();
        hts::bam_bytes records(file->descriptor(), content.size());
        records.read_header();
        writer.write(out, *records.next_record(), {0xabc, 5});
    }
    json::value cigar_of(const std::string& md, const std::string& kinds) {
        bam_read read{0, 5, {}, 0, 0, "MDZ" + md + '\0'};
        for (const char kind : kinds) {
            read.cigar.emplace_back(2, kind);
            if (std::string_view("MIS=X").find(kind) != std::string_view::npos) read.bases += 2;
        }
        return written(read, "alignment/cigar").at("alignment").at("cigar");
    }

    testing::temp_dir dir_;
    std::string header_ = testing::bam_header_bytes(
        "@HD\tVN:1.6\n@SQ\tSN:c\"1\tLN:900\n@SQ\tSN:c2\tLN:900\n@RG\tID:lane 1\tSM:s\n",
        {{"c\"1", 900}, {"c2", 900}}
    );
    catalog::read_group_set set_;
};

TEST_F(read_writer_test, writes_every_member) {
    const bam_read read{0, 5, {{3, 'M'}}, 0x1 | 0x10 | 0x80 | 0x400, 3, "RGZlane 1\0NMc\1"s};
    EXPECT_EQ(written(read), json::parse(R"({
        "id": "home~x~abc-5", "readGroupId": "home~x~lane.201", "readGroupSetId": "home~x",
        "fragmentName": "read", "properPlacement": false, "duplicateFragment": true,
        "fragmentLength": 0, "readNumber": 1, "numberReads": 2,
        "failedVendorQualityChecks": false, "secondaryAlignment": false,
        "supplementaryAlignment": false,
        "alignment": {
            "position": {"referenceName": "c\"1", "position": "5", "reverseStrand": true},
            "mappingQuality": 60,
            "cigar": [{"operation": "ALIGNMENT_MATCH", "operationLength": "3"}]
        },
        "alignedSequence": "AAA", "alignedQuality": [30, 30, 30],
        "info": {"RG": ["lane 1"], "NM": ["1"]}
    })"));
}

TEST_F(read_writer_test, says_nothing_of_an_alignment_that_is_not_there) {
    EXPECT_FALSE(written({-1, -1, {}, 4, 0, ""}).as_object().contains("alignment"));
    EXPECT_FALSE(written({0, 5, {}, 4, 0, ""}).as_object().contains("alignment"));
    const auto read = written({0, 5, {}, 0, 0, "RGZnobody\0"s});
    EXPECT_EQ(read.at("readGroupId"), "");
    EXPECT_EQ(read.at("alignedSequence"), "");
    EXPECT_TRUE(read.at("alignedQuality").as_array().empty());
    EXPECT_TRUE(read.at("alignment").at("cigar").as_array().empty());
}

TEST_F(read_writer_test, names_the_operations_and_what_the_reference_has_there) {
    const auto all = cigar_of("2^AC2GT", "SMDMXH");
    const char* const names[] = {
        "CLIP_SOFT",
        "ALIGNMENT_MATCH",
        "DELETE",
        "ALIGNMENT_MATCH",
        "SEQUENCE_MISMATCH",
        "CLIP_HARD"};
    const char* const references[] = {"", "", "AC", "", "GT", ""};
    for (std::size_t i = 0; i < 6; ++i) {
        const auto& unit = all.at(i).as_object();
        EXPECT_EQ(unit.at("operation"), names[i]);
        EXPECT_EQ(unit.at("operationLength"), "2");
        const auto* found = unit.if_contains("referenceSequence");
        EXPECT_EQ(found == nullptr ? "" : found->as_string(), references[i]);
    }
    const auto others = cigar_of("", "INP=");
    for (const auto& [i, name] :
         {std::pair{0, "INSERT"}, {1, "SKIP"}, {2, "PAD"}, {3, "SEQUENCE_MATCH"}})
        EXPECT_EQ(others.at(static_cast<std::size_t>(i)).at("operation"), name);
    // MD says another deletion.
    EXPECT_FALSE(cigar_of("2^A2", "MDM").at(1).as_object().contains("referenceSequence"));
}

TEST_F(read_writer_test, writes_values_of_tags_as_texts) {
    const std::pair<std::string, const char*> table[] = {
        {"XAA\"", R"({"XA": ["\""]})"},
        {"XXc\xff", R"({"XX": ["-1"]})"},
        {"XXC\xff", R"({"XX": ["255"]})"},
        {"XXs\xfe\xff", R"({"XX": ["-2"]})"},
        {"XXS\xfe\xff", R"({"XX": ["65534"]})"},
        {"XXi\xfe\xff\xff\xff", R"({"XX": ["-2"]})"},
        {"XXI\xfe\xff\xff\xff", R"({"XX": ["4294967294"]})"},
        {"XXf\0\0\0\x3f"s, R"({"XX": ["0.5"]})"},
        {"XXd\0\0\0\0\0\0\xe0\x3f"s, R"({"XX": ["0.5"]})"},
        {"XXZa\tb\"\0"s, R"({"XX": ["a\tb\""]})"},
        {"XXZ\0"s, R"({"XX": [""]})"},
        {"XXH1F\0"s, R"({"XX": ["1F"]})"},
        {"XXBc\2\0\0\0\xff\1"s, R"({"XX": ["-1", "1"]})"},
        {"XXBs\0\0\0\0"s, R"({"XX": []})"},
        {"", "{}"},
        // The first counts where a name comes again; quotes in names stay inside them.
        {"XXc\1XYc\2XXc\3", R"({"XX": ["1"], "XY": ["2"]})"},
        {"\"\\c\1", R"({"\"\\": ["1"]})"},
    };
    for (const auto& [tags, expected] : table)
        EXPECT_EQ(written({0, 5, {}, 0, 0, tags}, "info").at("info"), json::parse(expected));
}

TEST_F(read_writer_test, writes_only_what_is_asked_for) {
    const bam_read read{0, 5, {{3, 'M'}}, 0, 3, "NMc\1XXc\2"};
    for (const auto& [fields, expected] : {
             std::pair{"id", R"({"id": "home~x~abc-5"})"},
             {"nobody", "{}"},
             {"info/XX", R"({"info": {"XX": ["2"]}})"},
             {"alignment/mappingQuality", R"({"alignment": {"mappingQuality": 60}})"},
             {"alignment/position/position", R"({"alignment": {"position": {"position": "5"}}})"},
             {"alignment/cigar/operationLength",
              R"({"alignment": {"cigar": [{"operationLength": "3"}]}})"},
             {"alignment/nobody", R"({"alignment": {}})"},
         })
        EXPECT_EQ(written(read, fields), json::parse(expected)) << fields;
}

TEST_F(read_writer_test, says_where_the_mate_is) {
    const auto with_mate = [&](std::uint32_t reference, std::uint32_t pos0, unsigned flag) {
        auto bytes = testing::bam_record_bytes(bam_read{0, 5, {}, flag, 0, ""});
        std::string place;
        testing::append_u32(place, reference);
        testing::append_u32(place, pos0);
        bytes.replace(24, place.size(), place);  // behind the number of bases
        read_writer writer(set_, field_mask::parse("nextMatePosition").value());
        text_buffer out;
        write(writer, out, bytes);
        return json::parse(out.view());
    };
    EXPECT_EQ(with_mate(1, 7, 0x21), json::parse(R"({"nextMatePosition":
        {"referenceName": "c2", "position": "7", "reverseStrand": true}})"));
    EXPECT_EQ(with_mate(1, 7, 0x9), json::parse("{}"));
    EXPECT_EQ(with_mate(0xffffffff, 7, 0x1), json::parse("{}"));
    EXPECT_EQ(with_mate(1, 0xffffffff, 0x1), json::parse("{}"));
}

TEST_F(read_writer_test, writes_real_operations_in_place_of_their_stand_in) {
    std::string tags = "CGBI\2\0\0\0"s + testing::packed_cigar({{3, 'M'}, {5, 'D'}}) + "NMc\1";
    const auto read = written({0, 5, {{3, 'S'}, {8, 'N'}}, 0, 3, tags}, "alignment/cigar,info");
    EXPECT_EQ(read.at("alignment").at("cigar"), json::parse(R"([
        {"operation": "ALIGNMENT_MATCH", "operationLength": "3"},
        {"operation": "DELETE", "operationLength": "5"}])"));
    EXPECT_EQ(read.at("info"), json::parse(R"({"NM": ["1"]})"));
}

TEST_F(read_writer_test, places_are_texts_that_can_be_read_again) {
    for (const reads::record_place place :
         {reads::record_place{0, 0},
          {0xabc, 0},
          {0xffffffffffffffff, 0xffffffffffffffff},
          {1, 2}}) {
        text_buffer out;
        append_place(out, place);
        EXPECT_EQ(parse_place(out.view()), place) << out.view();
    }
    for (const char* const text : {"", "-", "1-", "-1", "x", "1-2-3", "10000000000000000", "1 "})
        EXPECT_FALSE(parse_place(text)) << text;
}

TEST_F(read_writer_test, throws_where_tags_are_malformed) {
    const bam_read read{0, 5, {}, 0, 0, "XXZopen"};
    EXPECT_NE(testing::damage_text([&] { written(read, "info"); }), "");
    EXPECT_EQ(testing::damage_text([&] { written(read, "id"); }), "");
}

}  // namespace
}  // namespace callstream::genomics
