#include "engine/hts/bam_bytes.hpp"

#include "engine/core/error.hpp"
#include "tests/support/allocation_watch.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/reads_builder.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace callstream::hts {
namespace {

using testing::append_u32;
using testing::bam_header_bytes;
using testing::bam_record_bytes;
using testing::bgzf_file;
using ::testing::HasSubstr;

struct bam_content {
    bam_header header;
    std::vector<bam_record_head> records;
};

bam_content read_packed(const std::string& file) {
    const auto fd = testing::memory_file(file);
    bam_bytes bytes(fd.get(), file.size());
    bam_content out{bytes.read_header(), {}};
    while (const auto record = bytes.next()) out.records.push_back(*record);
    return out;
}

bam_content read(const std::string& content) {
    return read_packed(bgzf_file(content, 100));
}

std::string damage_of(const std::string& content) {
    try {
        read(content);
    } catch (const damaged_file& e) {
        return e.what();
    }
    return "none";
}

const std::string head = bam_header_bytes("@HD\tVN:1.6\n", {{"chr1", 1000}, {"chr2", 2000}});

TEST(bam_bytes_test, header_and_records_are_read) {
    const auto bam = read(
        head + bam_record_bytes(0, 17, 99) + bam_record_bytes(1, -1, 4) + bam_record_bytes(-1, -1)
    );
    EXPECT_EQ(bam.header.text, "@HD\tVN:1.6\n");
    ASSERT_EQ(bam.header.references.size(), 2U);
    EXPECT_EQ(bam.header.references[1].name, "chr2");
    EXPECT_EQ(bam.header.references[1].length, 2000U);
    ASSERT_EQ(bam.records.size(), 3U);
    EXPECT_EQ(bam.records[0].pos0, 17);
    EXPECT_EQ(bam.records[0].flag, 99);
    EXPECT_EQ(bam.records[0].bases, 4U);
    EXPECT_EQ(bam.records[1].reference, 1);
    EXPECT_EQ(bam.records[2].reference, -1);
}

TEST(bam_bytes_test, text_ends_at_its_first_nul) {
    using namespace std::string_literals;
    EXPECT_EQ(read(bam_header_bytes("@CO\tx\n\0\0\0"s, {})).header.text, "@CO\tx\n");
}

/// A record with one of its fields changed.
std::string record_with(std::size_t at, std::uint64_t value, int bytes) {
    std::string record = bam_record_bytes(0, 5);
    for (int i = 0; i < bytes; ++i) {
        record[at + static_cast<std::size_t>(i)] = static_cast<char>(value >> (8 * i) & 0xff);
    }
    return head + record;
}

std::string header_that_announces(std::uint64_t text_bytes) {
    std::string out("BAM\1", 4);
    append_u32(out, text_bytes);
    return out + "@HD\tVN:1.6\n";
}

std::string header_of_references(std::uint64_t count, std::uint64_t name_bytes) {
    std::string out = bam_header_bytes("", {});
    out.resize(out.size() - 4);
    append_u32(out, count);
    append_u32(out, name_bytes);
    return out + std::string("chr1\0\xe8\3\0\0\0", 10);
}

TEST(bam_bytes_test, what_is_wrong_is_said) {
    const std::pair<std::string, std::string> table[] = {
        {"", "too early"},
        {"BAM\2", "not a BAM"},
        {head.substr(0, 30), "too early"},
        {header_that_announces(12), "too early"},
        {header_that_announces(0x80000000), "header text of 2147483648 bytes"},
        {header_that_announces(0xffffffff), "header text of 4294967295 bytes"},
        {header_of_references(0xffffffff, 5), "header of 4294967295 references"},
        {header_of_references(1'048'576, 5), "too early"},
        {header_of_references(1, 0), "impossible length"},
        {header_of_references(1, 1), "impossible length"},
        {header_of_references(1, 0xffffffff), "impossible length"},
        {header_of_references(1, 4), "does not end"},
        {header_of_references(1, 6), "does not end"},
        {head + "\x20", "too early"},
        {record_with(0, 31, 4), "a record of 31 bytes"},
        {record_with(0, 0, 4), "a record of 0 bytes"},
        {record_with(0, 0x80000000, 4), "a record of 2147483648 bytes"},
        {record_with(0, 0xffffffff, 4), "a record of 4294967295 bytes"},
        {record_with(0, 128 << 20, 4), "too early"},
        {record_with(4, 2, 4), "not in the header"},
        {record_with(4, 0xfffffffe, 4), "not in the header"},
        {record_with(24, 2, 4), "not in the header"},
        {record_with(8, 0xfffffffe, 4), "before its reference"},
        {record_with(28, 0x80000000, 4), "before its reference"},
        {record_with(12, 0, 1), "shorter than its parts"},
        {record_with(12, 4, 1), "name of a record does not end"},
        {record_with(12, 255, 1), "shorter than its parts"},
        {record_with(16, 1, 2), "shorter than its parts"},
        {record_with(16, 0xffff, 2), "shorter than its parts"},
        {record_with(20, 5, 4), "shorter than its parts"},
        {record_with(20, 0xffffffff, 4), "shorter than its parts"},
    };
    for (const auto& [content, expected] : table) {
        EXPECT_THAT(damage_of(content), HasSubstr(expected));
    }
    EXPECT_EQ(damage_of(record_with(8, 5, 4)), "none");
}

TEST(bam_bytes_test, every_cut_of_the_content_is_noticed) {
    const std::string whole = head + bam_record_bytes(0, 5) + bam_record_bytes(0, 6);
    const std::size_t first = head.size() + bam_record_bytes(0, 5).size();
    testing::for_each_truncation(whole, [&](const std::string& cut) {
        const bool is_border = cut.size() == head.size() || cut.size() == first;
        EXPECT_EQ(damage_of(cut) == "none", is_border) << cut.size();
    });
}

TEST(bam_bytes_test, no_damage_makes_it_fail_otherwise) {
    const std::string whole = head + bam_record_bytes(0, 5) + bam_record_bytes(1, 6);
    const testing::allocation_watch watch;
    int damaged = 0;
    const auto try_content = [&](const std::string& changed) {
        damaged += damage_of(changed) != "none";
    };
    testing::for_each_odd_number(whole, try_content);
    testing::for_each_flip(whole, 3000, 1, try_content);
    EXPECT_GT(damaged, 1000);
    EXPECT_LT(watch.largest(), 1U << 20);
}

/// The bytes of every record of `content`, packed in blocks of `block_bytes`.
std::string record_bytes(const std::string& content, std::size_t block_bytes) {
    const std::string file = bgzf_file(content, block_bytes);
    const auto fd = testing::memory_file(file);
    bam_bytes bytes(fd.get(), file.size());
    bytes.read_header();
    std::string out;
    while (const auto record = bytes.next_record()) {
        out.append(reinterpret_cast<const char*>(record->bytes.data()), record->bytes.size());
    }
    return out;
}

TEST(bam_bytes_test, bytes_of_records_are_those_of_the_file) {
    const std::string records = bam_record_bytes({0, 5, {{3, 'S'}, {7, 'M'}}, 16, 10, "NMc\1"}) +
                                bam_record_bytes(1, -1, 4) +
                                bam_record_bytes({1, 3, {{90, 'M'}}, 0, 90, ""}) +
                                bam_record_bytes(-1, -1);
    for (const std::size_t block : {1U, 3U, 4U, 5U, 36U, 50U, 64U, 100U, 0xff00U}) {
        EXPECT_EQ(record_bytes(head + records, block), records) << block;
    }
    EXPECT_EQ(record_bytes(head, 100), "");
}

TEST(bam_bytes_test, parts_of_a_record_are_given_out) {
    const std::string file =
        bgzf_file(head + bam_record_bytes({1, 7, {{3, 'S'}, {7, 'M'}}, 16, 10, "NMc\1"}), 0xff00);
    const auto fd = testing::memory_file(file);
    bam_bytes bytes(fd.get(), file.size());
    bytes.read_header();
    const auto record = bytes.next_record();
    ASSERT_TRUE(record);
    EXPECT_EQ(record->head.reference, 1);
    EXPECT_EQ(record->head.pos0, 7);
    EXPECT_EQ(record->head.flag, 16);
    EXPECT_EQ(record->head.bases, 10U);
    EXPECT_EQ(record->mapping_quality, 60);
    EXPECT_EQ(record->cigar.size(), 8U);
    EXPECT_EQ(std::string(record->tags.begin(), record->tags.end()), "NMc\1");
    EXPECT_FALSE(bytes.next_record());
}

TEST(bam_bytes_test, whole_records_are_checked_as_their_heads_are) {
    const std::string whole = head + bam_record_bytes(0, 5) + bam_record_bytes(1, 6);
    const testing::allocation_watch watch;
    const auto compare = [&](const std::string& changed) {
        for (const std::size_t block : {7U, 0xff00U}) {
            std::string damage = "none";
            try {
                record_bytes(changed, block);
            } catch (const damaged_file& e) {
                damage = e.what();
            }
            // A short record may be found to be cut off before its parts are looked at.
            const std::string expected = damage_of(changed);
            EXPECT_EQ(damage == "none", expected == "none") << damage << " / " << expected;
        }
    };
    testing::for_each_truncation(whole, compare);
    testing::for_each_odd_number(whole, compare);
    EXPECT_LT(watch.largest(), 1U << 20);
}

TEST(bam_bytes_test, real_files_with_a_changed_byte_are_read_or_refused) {
    const std::string whole = testing::read_file(testing::demo_data() / "reads.bam");
    EXPECT_EQ(read_packed(whole).records.size(), 2000U);
    int damaged = 0;
    testing::for_each_flip(whole, 100, 2, [&](const std::string& changed) {
        try {
            EXPECT_EQ(read_packed(changed).records.size(), 2000U);
        } catch (const damaged_file&) {
            ++damaged;
        }
    });
    EXPECT_GT(damaged, 80);
}

}  // namespace
}  // namespace callstream::hts
