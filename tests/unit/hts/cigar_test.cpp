#include "engine/hts/cigar.hpp"

#include "engine/core/error.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/reads_builder.hpp"
#include "tests/support/results.hpp"

#include <gtest/gtest.h>

#include <string>

namespace callstream::hts {
namespace {

using testing::bam_read;
using testing::packed_cigar;
using namespace std::string_literals;

/// The operations of a record as text.
std::string cigar_of(const bam_read& read) {
    const std::string file = testing::bgzf_file(
        testing::bam_header_bytes("", {{"a", 999}}) + testing::bam_record_bytes(read)
    );
    const auto fd = testing::memory_file(file);
    bam_bytes bytes(fd.get(), file.size());
    bytes.read_header();
    const auto record = bytes.next_record();
    const auto cigar = whole_cigar(*record);
    std::string out;
    for (std::size_t i = 0; i < cigar.size() / 4; ++i) {
        const auto [kind, length] = operation_at(cigar, i);
        out += std::to_string(length) + "MIDNSHP=XB"[static_cast<std::size_t>(kind)];
    }
    return out;
}

std::string operations_tag(char type, const std::string& packed) {
    std::string out = "CGB"s + type;
    testing::append_u32(out, packed.size() / 4);
    return out + packed;
}

const std::string real = packed_cigar({{2, 'M'}, {1, 'D'}, {2, 'M'}});
const std::string others = "NMc\1"s + "RGZone\0"s + "XAA!"s + "XBBs\2\0\0\0abcd"s + "XDdabcdefgh"s;

TEST(cigar_test, operations_of_more_than_a_record_holds_are_in_a_tag) {
    const bam_read read{0, 5, {{4, 'S'}, {5, 'N'}}, 0, 4, ""};
    const std::pair<std::string, std::string> table[] = {
        {"", "4S5N"},
        {others, "4S5N"},
        {operations_tag('I', real), "2M1D2M"},
        {others + operations_tag('I', real), "2M1D2M"},
        {operations_tag('i', real) + others, "2M1D2M"},
        {operations_tag('f', real), "4S5N"},
        {operations_tag('I', packed_cigar({{4, 'M'}})), "4S5N"},
        {"CGZtext\0"s, "4S5N"},
    };
    for (const auto& [tags, expected] : table) {
        auto with_tags = read;
        with_tags.tags = tags;
        EXPECT_EQ(cigar_of(with_tags), expected) << tags;
    }
}

TEST(cigar_test, a_tag_counts_only_where_a_stand_in_is) {
    const std::string tags = operations_tag('I', real);
    EXPECT_EQ(cigar_of({0, 5, {{4, 'M'}, {5, 'N'}}, 0, 4, tags}), "4M5N");
    EXPECT_EQ(cigar_of({0, 5, {{3, 'S'}, {1, 'M'}}, 0, 4, tags}), "3S1M");
    EXPECT_EQ(cigar_of({0, -1, {{4, 'S'}, {5, 'N'}}, 0, 4, tags}), "4S5N");
    EXPECT_EQ(cigar_of({-1, 5, {{4, 'S'}, {5, 'N'}}, 0, 4, tags}), "4S5N");
    EXPECT_EQ(cigar_of({0, 5, {}, 0, 4, tags}), "");
}

TEST(cigar_test, malformed_tags_are_damage) {
    for (const auto& tags :
         {"CG"s,
          "CGB"s,
          "CGBI\3\0\0\0abcd"s,
          "CGBI\xff\xff\xff\xff"s,
          "XXZno end"s,
          "XX?"s,
          "XXi1"s,
          "XXBZ\1\0\0\0a"s}) {
        const bam_read read{0, 5, {{4, 'S'}, {5, 'N'}}, 0, 4, tags};
        EXPECT_EQ(
            testing::damage_text([&] { cigar_of(read); }), "the tags of a record are malformed"
        ) << tags;
    }
}

}  // namespace
}  // namespace callstream::hts
