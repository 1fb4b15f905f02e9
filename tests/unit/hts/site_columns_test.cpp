#include "engine/hts/site_columns.hpp"

#include "engine/hts/vcf_reader.hpp"
#include "tests/support/bcf_bytes.hpp"
#include "tests/support/results.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::hts {
namespace {

using testing::bcf_bytes;
using testing::vcf_builder;

constexpr std::uint32_t alleles = 3;
constexpr std::uint32_t infos = 3;
constexpr std::int32_t key_count = 500;

/// ID, three alleles, two filters, a flag, a vector, a long text.
bcf_bytes shared_part() {
    bcf_bytes b;
    b.descriptor(value_type::text, 2).text("rs");
    b.descriptor(value_type::text, 1).text("A");
    b.descriptor(value_type::text, 20).text(std::string(20, 'C'));
    b.descriptor(value_type::text, 5).text({"<X>\0\0", 5});
    b.descriptor(value_type::int16, 2).value(3, 2).value(400, 2);
    b.integer(499, value_type::int16).descriptor(value_type::absent, 0);
    b.integer(2, value_type::int8).descriptor(value_type::int8, 2).value(7, 1).value(-1, 1);
    b.integer(4, value_type::int8).descriptor(value_type::text, 16).text("sixteen letters.");
    return b;
}

site_columns decoded(std::span<const std::uint8_t> bytes) {
    site_columns out;
    decode_site(bytes, alleles, infos, key_count, out);
    return out;
}

TEST(site_columns, columns_are_found_where_they_lie) {
    const auto bytes = shared_part().bytes();
    const auto site = decoded(bytes);
    EXPECT_EQ(site.alleles, (std::vector<std::string_view>{"A", std::string(20, 'C'), "<X>"}));
    EXPECT_EQ(site.filters, (std::vector<std::int32_t>{3, 400}));
    ASSERT_EQ(site.info.size(), 3U);
    EXPECT_EQ(site.info[0].key, 499);
    EXPECT_EQ(site.info[0].type, value_type::absent);
    EXPECT_EQ(site.info[1].key, 2);
    EXPECT_EQ(site.info[1].type, value_type::int8);
    EXPECT_EQ(site.info[1].count, 2U);
    EXPECT_EQ(site.info[1].bytes[0], 7);
    EXPECT_EQ(site.info[2].values().count, 16U);
    EXPECT_EQ(site.info[2].values().bytes, bytes.data() + bytes.size() - 16);
}

TEST(site_columns, columns_start_anew_for_each_record) {
    site_columns site = decoded(shared_part().bytes());
    const auto bare = bcf_bytes().byte(0x07).byte(0).byte(0x00).bytes();
    decode_site(bare, 1, 0, key_count, site);
    EXPECT_EQ(site.alleles, (std::vector<std::string_view>{"."}));
    EXPECT_TRUE(site.filters.empty());
    EXPECT_TRUE(site.info.empty());
}

TEST(site_columns, a_byte_for_each_filter_does_not_become_gigabytes) {
    for (const int filters : {10'000, 10'001}) {
        bcf_bytes b;
        b.descriptor(value_type::text, 0).descriptor(value_type::int8, filters);
        b.text(std::string(static_cast<std::size_t>(filters), '\1'));
        site_columns site;
        const auto decode = [&] { decode_site(b.bytes(), 0, 0, key_count, site); };
        EXPECT_EQ(testing::damage_text(decode).empty(), filters == 10'000);
    }
}

TEST(site_columns, every_truncation_is_noticed) {
    const auto whole = shared_part();
    for (std::size_t size = 0; size < whole.bytes().size(); ++size) {
        EXPECT_THROW(decoded(whole.first(size)), damaged_file) << size;
    }
    EXPECT_NO_THROW(decoded(whole.bytes()));
}

TEST(site_columns, any_changed_byte_leaves_the_columns_within_the_record) {
    const auto whole = shared_part().bytes();
    const auto is_within = [](const auto& bytes, const void* at, std::size_t size) {
        const auto* from = static_cast<const std::uint8_t*>(at);
        return from >= bytes.data() && from + size <= bytes.data() + bytes.size();
    };
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (int value = 0; value < 256; ++value) {
            auto bytes = whole;
            bytes[at] = static_cast<std::uint8_t>(value);
            try {
                const auto site = decoded(bytes);
                for (const auto allele : site.alleles) {
                    ASSERT_TRUE(allele == "." || is_within(bytes, allele.data(), allele.size()));
                }
                for (const auto key : site.filters) ASSERT_LT(key, key_count);
                for (const auto& field : site.info) {
                    ASSERT_LT(field.key, key_count);
                    ASSERT_EQ(field.bytes.size(), field.count * size_of(field.type));
                    ASSERT_TRUE(is_within(bytes, field.bytes.data(), field.bytes.size()));
                }
            } catch (const damaged_file&) {  // that is fine too
            }
        }
    }
}

class read_site_test : public ::testing::Test {
 protected:
    vcf_builder file = vcf_builder()
                           .meta("FILTER=<ID=q10,Description=\"Low\">")
                           .meta("INFO=<ID=DB,Number=0,Type=Flag,Description=\"In it\">")
                           .meta("INFO=<ID=NS,Number=1,Type=Integer,Description=\"Samples\">")
                           .meta("INFO=<ID=AF,Number=A,Type=Float,Description=\"Frequency\">")
                           .meta("INFO=<ID=AA,Number=1,Type=String,Description=\"Ancestor\">");
    vcf_reader reader(bool bcf) {
        const auto path = dir / (bcf ? "a.bcf" : "a.vcf.gz");
        bcf ? file.write_bcf(path) : file.write_vcf_gz(path);
        return vcf_reader::open(open_regular(path).value()).value();
    }
    testing::temp_dir dir;
};

TEST_F(read_site_test, columns_are_those_of_the_last_record) {
    file.line("1\t5\trs1\tA\tC,<DEL>\t29.5\tq10;PASS\tDB;NS=3;AF=0.5,.;AA=T\tGT\t0/1\t1/2")
        .line("1\t6\t.\tG\t.\t.\t.\t.\tGT\t0/0\t0/0")
        .line("1\t7\t.\tG\tT\t0\tPASS\tNS=70000\tGT\t0/0\t0/0");
    for (const bool bcf : {false, true}) {
        auto records = reader(bcf);
        site_columns site;
        records.next();
        records.read_site(site);
        EXPECT_EQ(site.quality, 29.5F);
        EXPECT_EQ(site.alleles, (std::vector<std::string_view>{"A", "C", "<DEL>"}));
        ASSERT_EQ(site.filters.size(), 2U);
        EXPECT_EQ(records.filter_name(site.filters[0]), "q10");
        EXPECT_EQ(records.filter_name(site.filters[1]), "PASS");
        std::string names;
        for (const auto& field : site.info) names.append(records.info_name(field.key)).append(" ");
        EXPECT_EQ(names, "DB NS AF AA ");
        const info_kind kinds[] = {
            info_kind::flag, info_kind::integer, info_kind::real, info_kind::text};
        for (std::size_t i = 0; i < site.info.size(); ++i) {
            EXPECT_EQ(records.info_kind(site.info[i].key), kinds[i]);
        }
        records.next();
        records.read_site(site);
        EXPECT_EQ(site.quality, std::nullopt);
        EXPECT_EQ(site.alleles, (std::vector<std::string_view>{"G"}));
        EXPECT_TRUE(site.filters.empty());
        EXPECT_TRUE(site.info.empty());
        records.next();
        records.read_site(site);
        EXPECT_EQ(site.quality, 0.0F);
        ASSERT_EQ(site.info.size(), 1U);
        EXPECT_EQ(site.info[0].type, value_type::int32);
    }
}

TEST_F(read_site_test, what_is_not_declared_has_a_name_and_is_text) {
    file.line("1\t5\t.\tA\tC\t.\tnew\tXX=5;YY\tGT\t0/1\t1/1");
    auto records = reader(false);
    site_columns site;
    records.next();
    records.read_site(site);
    EXPECT_EQ(records.filter_name(site.filters.at(0)), "new");
    EXPECT_EQ(records.info_name(site.info.at(0).key), "XX");
    EXPECT_EQ(records.info_kind(site.info.at(0).key), info_kind::text);
    EXPECT_EQ(site.info.at(1).type, value_type::absent);
    // A filter is no INFO field.
    EXPECT_EQ(records.info_kind(site.filters.at(0)), info_kind::text);
}

TEST_F(read_site_test, a_key_in_a_gap_of_the_dictionary_is_damage) {
    file.meta("INFO=<ID=LATE,Number=1,Type=Integer,Description=\"Late\",IDX=40>")
        .line("1\t5\t.\tA\tC\t.\t.\tLATE=77\tGT\t0/1\t1/1");
    file.write_bcf(dir / "a.bcf");
    std::string bytes = testing::gunzip(testing::read_file(dir / "a.bcf"));
    const auto at = bytes.find(std::string("\x11\x28\x11\x4d", 4));
    ASSERT_NE(at, bytes.npos);
    bytes[at + 1] = 39;
    testing::write_file(dir / "a.bcf", testing::bgzf_file(bytes, 0xff00));
    auto records = vcf_reader::open(open_regular(dir / "a.bcf").value()).value();
    records.next();
    site_columns site;
    EXPECT_EQ(
        testing::damage_text([&] { records.read_site(site); }),
        "a FILTER or INFO key is not in the header"
    );
}

}  // namespace
}  // namespace callstream::hts
