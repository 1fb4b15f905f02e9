#include "engine/columns/column_file.hpp"

#include "tests/support/columns_of.hpp"
#include "tests/support/results.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

#include <string>

namespace callstream::columns {
namespace {

using testing::fails_with;
using testing::has_value;
using testing::read_file;
using testing::write_file;

class column_file_test : public ::testing::Test {
 protected:
    void SetUp() override {
        testing::many_records(30).write_vcf_gz(columns.data());
        ASSERT_TRUE(has_value(columns.make({.records_max = 8, .raw_bytes_max = 99, .cells_max = 8}))
        );
        whole = read_file(columns.paths.columns);
    }
    /// What a file with these bytes says is either right or nothing.
    std::uint64_t held_of(const column_file& file) const {
        std::uint64_t held = 0;
        for (const std::uint32_t sample : {0U, 1U}) {
            held += testing::expect_same_rows(file, columns.data(), {sample});
        }
        return held;
    }

    testing::temp_dir dir{testing::fast_parent()};
    testing::columns_of columns{dir / "data", dir.path()};
    std::string whole;
};

TEST_F(column_file_test, says_what_it_is_about) {
    const auto file = columns.load().value();
    EXPECT_EQ(file->records(), 60U);
    EXPECT_EQ(file->samples(), 2U);
    EXPECT_EQ(file->content(), columns.subject.content);
    EXPECT_TRUE(file->check({}).value());
    EXPECT_EQ(held_of(*file), 120U);
    for (std::uint64_t ordinal = 0; ordinal < 60; ++ordinal) {
        const auto& block = file->blocks()[file->block_of(ordinal)];
        EXPECT_LT(ordinal - block.first_ordinal, block.records);
    }
}

TEST_F(column_file_test, no_flipped_byte_is_served) {
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string other = whole;
        other[at] = static_cast<char>(other[at] ^ (at % 2 == 0 ? 0x01 : 0x80));
        write_file(columns.paths.columns, other);
        const auto file = columns.load();
        if (!file) continue;
        const auto held = held_of(**file);
        if (held == 120) continue;  // a byte between two tiles
        ASSERT_FALSE((*file)->is_sound()) << at;
        ASSERT_FALSE((*file)->check({}).value()) << at;
        ASSERT_GT(held, 0U) << "the other tiles are as they were";
    }
}

TEST_F(column_file_test, every_other_length_is_noticed) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
        write_file(columns.paths.columns, whole.substr(0, size));
        ASSERT_TRUE(fails_with(columns.load(), errc::file_unusable)) << size;
    }
    write_file(columns.paths.columns, whole + "x");
    EXPECT_TRUE(fails_with(columns.load(), errc::file_unusable));
}

TEST_F(column_file_test, the_columns_of_other_bytes_are_refused) {
    ++columns.subject.provisional_fingerprint;
    EXPECT_TRUE(fails_with(columns.load(), errc::file_unusable));
}

TEST_F(column_file_test, absent_columns_are_an_error_and_no_exception) {
    std::filesystem::remove(columns.paths.columns);
    EXPECT_TRUE(fails_with(columns.load(), errc::file_unusable));
}

TEST(other_field, names_are_known) {
    EXPECT_EQ(other_field_bits("GT"), 0U);
    EXPECT_EQ(other_field_bits("DP"), 1U);
    EXPECT_EQ(other_field_bits("PS"), 1U | static_cast<unsigned>(other_field::phase_set));
}

}  // namespace
}  // namespace callstream::columns
