#include "engine/hts/cram_bytes.hpp"

#include "engine/core/error.hpp"
#include "tests/support/allocation_watch.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/reads_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::hts {
namespace {

using testing::cram_builder;
using ::testing::HasSubstr;

struct cram_content {
    std::string text;
    std::vector<cram_container> containers;
    bool has_end = false;
};

cram_content read(const std::string& file) {
    const auto fd = testing::memory_file(file);
    cram_bytes bytes(fd.get(), file.size());
    cram_content out{bytes.read_header(), {}, bytes.has_eof_container()};
    while (const auto container = bytes.next()) out.containers.push_back(*container);
    EXPECT_EQ(bytes.bytes_done(), file.size());
    EXPECT_FALSE(bytes.next());
    return out;
}

std::string damage_of(const std::string& file) {
    try {
        read(file);
    } catch (const damaged_file& e) {
        return e.what();
    }
    return "none";
}

const std::string text = "@SQ\tSN:chr1\tLN:1000\n";

/// Two containers, of one reference and of several.
cram_builder some_cram(unsigned major, unsigned minor) {
    cram_builder cram(major, minor);
    const std::string one = cram.block(4, 1, "compression header");
    const std::string two = cram.block(0, 2, "slice header") + cram.block(1, 4, "data");
    cram.header(text).container(0, 17, 5, one + two, 3).container(-2, 0, 7, two, 2);
    return cram.end();
}

TEST(cram_bytes_test, header_and_containers_are_read) {
    for (const auto& [major, minor] : {std::pair{2U, 1U}, {3U, 0U}, {3U, 1U}}) {
        const auto cram = read(some_cram(major, minor).bytes());
        EXPECT_EQ(cram.text, text);
        EXPECT_TRUE(cram.has_end);
        ASSERT_EQ(cram.containers.size(), 2U);
        EXPECT_EQ(cram.containers[0].reference, 0);
        EXPECT_EQ(cram.containers[0].start1, 17);
        EXPECT_EQ(cram.containers[0].records, 5U);
        EXPECT_EQ(cram.containers[0].blocks, 3U);
        EXPECT_EQ(cram.containers[1].reference, -2);
        EXPECT_EQ(cram.containers[1].records, 7U);
    }
}

TEST(cram_bytes_test, numbers_of_every_length_are_read) {
    // One to five bytes; the last has only four bits to give.
    const std::pair<std::string, std::int32_t> table[] = {
        {"\x7f", 0x7f},
        {"\xbf\xff", 0x3fff},
        {"\xdf\xff\xff", 0x1fffff},
        {"\xef\xff\xff\xff", 0xfffffff},
        {"\xf7\xff\xff\xff\x0f", 0x7fffffff},
    };
    for (const auto& [bytes, expected] : table) {
        cram_builder cram(2, 1);
        cram.header(text);
        std::string file = cram.bytes();
        testing::append_u32(file, 0);
        file += testing::itf8(0) + bytes + std::string("\0\0\0\0\0\0", 6);
        file += cram_builder(2, 1).end().bytes().substr(26);
        const auto read_back = read(file);
        ASSERT_EQ(read_back.containers.size(), 1U);
        EXPECT_EQ(read_back.containers[0].start1, expected);
    }
}

TEST(cram_bytes_test, a_packed_header_is_inflated_up_to_what_it_announces) {
    const std::string content = cram_builder::header_content(text);
    const std::string packed = testing::bgzf_block(content);
    const auto size = static_cast<std::int64_t>(content.size());
    const auto file = [&](unsigned method, std::int64_t raw_bytes) {
        cram_builder cram;
        cram.container(0, 0, 0, cram.block(method, 0, packed, raw_bytes), 1);
        return cram.end().bytes();
    };
    EXPECT_EQ(read(file(1, size)).text, text);
    EXPECT_THAT(damage_of(file(1, size - 1)), HasSubstr("too long"));
    EXPECT_THAT(damage_of(file(1, size + 1)), HasSubstr("wrong length"));
    EXPECT_THAT(damage_of(file(1, 0x7fffffff)), HasSubstr("more than 64 MiB"));
    const std::pair<unsigned, const char*> methods[] = {
        {2, "bzip2"}, {3, "lzma"}, {4, "rANS4x8"}, {5, "rANSNx16"}, {8, "tok3"}, {99, "99"}};
    for (const auto& [method, name] : methods) {
        EXPECT_THAT(damage_of(file(method, size)), HasSubstr(name)) << method;
    }
}

TEST(cram_bytes_test, versions_that_are_not_supported_are_named) {
    const std::pair<unsigned, unsigned> table[] = {
        {1, 0}, {2, 0}, {2, 2}, {3, 2}, {4, 0}, {255, 255}};
    for (const auto& [major, minor] : table) {
        const auto name = "is CRAM " + std::to_string(major) + "." + std::to_string(minor);
        EXPECT_THAT(damage_of(some_cram(major, minor).bytes()), HasSubstr(name));
    }
}

TEST(cram_bytes_test, what_is_wrong_is_said) {
    const auto with = [](const auto& change) {
        cram_builder cram;
        cram.header(text);
        change(cram);
        return cram.end().bytes();
    };
    const std::string block = cram_builder().block(0, 4, "data");
    const std::pair<std::string, std::string> table[] = {
        {"", "too early"},
        {std::string(26, 'x'), "not a CRAM"},
        {cram_builder().end().bytes(), "has no header"},
        {cram_builder().container(0, 0, 0, "", 0).end().bytes(), "has no header"},
        {cram_builder().container(0, 0, 0, block, 1).end().bytes(), "not its header"},
        {cram_builder().container(0, 0, 0, cram_builder().block(0, 0, "abc"), 1).end().bytes(),
         "header is too short"},
        {cram_builder()
             .container(0, 0, 0, cram_builder().block(0, 0, std::string("\5\0\0\0abcd", 8)), 1)
             .end()
             .bytes(),
         "header is too short"},
        {with([&](auto& c) { c.container(0, 1, 1, block, 2); }), "do not fill"},
        {with([&](auto& c) { c.container(0, 1, 1, block + block, 1); }), "do not fill"},
        {with([&](auto& c) { c.container(0, 1, 1, block, -1); }), "negative count of blocks"},
        {with([&](auto& c) { c.container(0, 1, -1, block, 1); }), "negative count of records"},
        {with([&](auto& c) { c.container(-3, 1, 1, block, 1); }), "impossible reference"},
        {with([&](auto& c) { c.container(0, 1, 1, block.substr(0, 8), 1); }), ""},
        {cram_builder().header(text).bytes(), "too early"},
    };
    for (const auto& [file, expected] : table) {
        const std::string damage = damage_of(file);
        EXPECT_NE(damage, "none") << expected;
        EXPECT_THAT(damage, HasSubstr(expected));
    }
}

TEST(cram_bytes_test, ends_within_the_file_are_passed_by) {
    cram_builder cram = some_cram(3, 0);
    cram.end().container(0, 1, 9, cram.block(0, 4, "data"), 1).end();
    const auto content = read(cram.bytes());
    ASSERT_EQ(content.containers.size(), 3U);
    EXPECT_EQ(content.containers[2].records, 9U);
}

TEST(cram_bytes_test, any_changed_byte_of_version_3_is_noticed_behind_its_definition) {
    const std::string whole = some_cram(3, 0).bytes();
    testing::for_each_flip(whole.substr(26), 3000, 1, [&](const std::string& changed) {
        EXPECT_NE(damage_of(whole.substr(0, 26) + changed), "none");
    });
}

TEST(cram_bytes_test, no_damage_makes_it_fail_otherwise) {
    // Version 2.1 has no checksums, so all damage gets through to where it is believed.
    const std::string whole = some_cram(2, 1).bytes();
    const testing::allocation_watch watch;
    int damaged = 0;
    const auto try_file = [&](const std::string& changed) {
        damaged += damage_of(changed) != "none";
    };
    testing::for_each_odd_number(whole, try_file);
    testing::for_each_flip(whole, 3000, 1, try_file);
    EXPECT_GT(damaged, 1000);
    EXPECT_LT(watch.largest(), 1U << 20);
    testing::for_each_truncation(whole, [](const std::string& cut) {
        EXPECT_NE(damage_of(cut), "none") << cut.size();
    });
}

}  // namespace
}  // namespace callstream::hts
