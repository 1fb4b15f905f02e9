#include "engine/variants/site_table.hpp"

#include "engine/variants/site_table_writer.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <string>
#include <system_error>

namespace callstream::variants {
namespace {

using testing::fails_with;
using testing::has_value;
using testing::read_file;
using testing::write_file;

constexpr std::uint64_t fingerprint = 0x1234'5678'9ABC'DEF0;

class site_table_test : public ::testing::Test {
 protected:
    static noted_record record(std::int64_t pos0, std::uint32_t name_length = 0) {
        noted_record out{};
        out.pos0 = pos0;
        out.length = 1;
        out.allele_count = 2;
        out.ploidy_min = out.ploidy_max = 2;
        out.name_length = name_length;
        return out;
    }
    void write(pass_state& gathered) {
        const ordinal_summary summary{fingerprint, {7, 8}, gathered.records(), {}};
        write_site_table(gathered, summary, path);
    }
    /// Three records, one of them long.
    void write_some() {
        pass_state gathered(dir / "work");
        gathered.start_contig("1");
        gathered.add(record(10, 3), "rs1");
        noted_record far = record(20);
        far.length = 100'000;
        gathered.add(far, "");
        gathered.add(record(300'000, 2), "ab");
        write(gathered);
        gathered.discard();
    }
    auto load() const { return site_table::load(path, fingerprint); }

    testing::temp_dir dir;
    std::filesystem::path path = dir / "x.sites";
};

TEST_F(site_table_test, what_was_written_is_loaded) {
    write_some();
    const auto table = load().value();
    ASSERT_EQ(table->records(), 3U);
    EXPECT_EQ(table->content(), (hash128{7, 8}));
    EXPECT_EQ(table->at(0).name, "rs1");
    EXPECT_EQ(table->at(1).name, "");
    EXPECT_EQ(table->at(2).name, "ab");
    EXPECT_EQ(table->at(2).pos0, 300'000);
    EXPECT_EQ(table->at(1).length, 100'000);
    ASSERT_EQ(table->long_records().size(), 1U);
    EXPECT_EQ(table->long_records()[0].ordinal, 1U);
    EXPECT_EQ(table->long_records()[0].end0, 100'020);
}

TEST_F(site_table_test, columns_are_as_wide_as_their_largest_value) {
    const std::pair<std::int64_t, unsigned> table[] = {
        {0xff, 1},
        {0x100, 2},
        {0xffff, 2},
        {0x10000, 4},
        {0xffff'ffff, 4},
        {0x1'0000'0000, 8},
        {-1, 8}};
    for (const auto& [pos0, width] : table) {
        pass_state gathered(dir / "work");
        gathered.start_contig("1");
        gathered.add(record(pos0), "");
        write(gathered);
        const auto sites = load().value();
        EXPECT_EQ(sites->column(site_column::pos0).width(), width) << pos0;
        EXPECT_EQ(sites->at(0).pos0, pos0);
        EXPECT_EQ(sites->column(site_column::allele_count).width(), 1U);
    }
}

TEST_F(site_table_test, names_are_found_across_groups) {
    pass_state gathered(dir / "work");
    gathered.start_contig("1");
    for (int i = 0; i < 1000; ++i) {
        const std::string name = i % 3 == 0 ? "" : "n" + std::to_string(i * 7919);
        gathered.add(record(i, static_cast<std::uint32_t>(name.size())), name);
    }
    write(gathered);
    const auto sites = load().value();
    for (int i = 999; i >= 0; --i) {
        const std::string name = i % 3 == 0 ? "" : "n" + std::to_string(i * 7919);
        ASSERT_EQ(sites->name(static_cast<std::uint64_t>(i)), name);
    }
}

TEST_F(site_table_test, a_file_without_records_has_a_table_too) {
    pass_state gathered(dir / "work");
    write(gathered);
    EXPECT_EQ(load().value()->records(), 0U);
    EXPECT_TRUE(load().value()->long_records().empty());
}

TEST_F(site_table_test, every_flipped_byte_of_head_and_body_is_noticed) {
    write_some();
    const std::string whole = read_file(path);
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const int bit : {0x01, 0x80, 0xff}) {
            std::string other = whole;
            other[at] = static_cast<char>(other[at] ^ bit);
            write_file(path, other);
            ASSERT_TRUE(fails_with(load(), errc::file_unusable)) << "byte " << at;
        }
    }
}

TEST_F(site_table_test, every_other_length_is_noticed) {
    write_some();
    const std::string whole = read_file(path);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        write_file(path, whole.substr(0, size));
        ASSERT_TRUE(fails_with(load(), errc::file_unusable)) << size;
    }
    write_file(path, whole + "x");
    EXPECT_TRUE(fails_with(load(), errc::file_unusable));
}

TEST_F(site_table_test, the_table_of_other_bytes_is_refused) {
    write_some();
    EXPECT_TRUE(has_value(load()));
    EXPECT_TRUE(fails_with(site_table::load(path, fingerprint + 1), errc::file_unusable));
}

TEST_F(site_table_test, an_absent_table_is_an_error_and_no_exception) {
    EXPECT_TRUE(fails_with(load(), errc::file_unusable));
    std::filesystem::create_directory(path);
    EXPECT_TRUE(fails_with(load(), errc::file_unusable));
}

TEST_F(site_table_test, a_table_that_cannot_be_written_throws_and_leaves_nothing) {
    pass_state gathered(dir / "work");
    const ordinal_summary summary{fingerprint, {}, 0, {}};
    EXPECT_THROW(
        write_site_table(gathered, summary, dir / "absent" / "x.sites"), std::system_error
    );
    gathered.discard();
    EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

}  // namespace
}  // namespace callstream::variants
