#include "engine/variants/ordinal_index.hpp"

#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <string>
#include <system_error>
#include <vector>

namespace callstream::variants {
namespace {

using testing::fails_with;
using testing::has_value;
using testing::read_file;
using testing::write_file;

constexpr std::uint64_t fingerprint = 0x1234'5678'9ABC'DEF0;

class ordinal_index_test : public ::testing::Test {
 protected:
    /// Every `step`-th record starts a block.
    void write(std::uint64_t records, std::uint64_t step) {
        ordinal_index_writer writer(path);
        for (std::uint64_t o = 0; o < records; o += step) {
            const auto at = static_cast<std::int64_t>(o);
            writer.add({o, o << 20, at * 10, o < records / 2 ? 0U : 1U, 1 + o % 4 > 2 ? 2U : 1U});
        }
        const std::uint64_t half = (records + 1) / 2;
        const std::vector<indexed_contig> contigs = {
            {"1", 0, half}, {std::string("odd\xFF name"), half, records - half}};
        writer.finish({fingerprint, {7, 8}, records, source}, contigs);
    }
    static constexpr file_identity source{.device = 1, .inode = 2, .size = 3, .mtime_ns = 4};

    auto load() const { return ordinal_index::load(path, fingerprint); }

    testing::temp_dir dir;
    std::filesystem::path path = dir / "index.ord";
};

TEST_F(ordinal_index_test, what_was_written_is_loaded) {
    write(10, 3);
    const auto loaded = load();
    ASSERT_TRUE(has_value(loaded));
    const auto& index = **loaded;
    EXPECT_EQ(index.records(), 10U);
    EXPECT_EQ(index.summary().provisional_fingerprint, fingerprint);
    EXPECT_EQ(index.summary().content, (hash128{7, 8}));
    EXPECT_EQ(index.summary().source, source);
    ASSERT_EQ(index.entries().size(), 4U);
    EXPECT_EQ(index.entries()[3].ordinal, 9U);
    EXPECT_EQ(index.entries()[3].virtual_offset, 9U << 20);
    EXPECT_EQ(index.entries()[3].pos0, 90);
    EXPECT_EQ(index.entries()[3].contig, 1U);
    ASSERT_EQ(index.contigs().size(), 2U);
    EXPECT_EQ(index.contigs()[1].name, "odd\xFF name");
    EXPECT_EQ(index.contigs()[1].first_ordinal, 5U);
    EXPECT_EQ(index.contigs()[1].records, 5U);
}

TEST_F(ordinal_index_test, floor_is_the_last_entry_at_or_before_the_ordinal) {
    write(20, 7);
    const auto index = load().value();
    for (std::uint64_t ordinal = 0; ordinal < 20; ++ordinal) {
        EXPECT_EQ(index->floor(ordinal).ordinal, ordinal / 7 * 7) << ordinal;
    }
}

TEST_F(ordinal_index_test, more_entries_than_one_batch_are_kept) {
    write(10'000, 1);
    const auto index = load().value();
    ASSERT_EQ(index->entries().size(), 10'000U);
    for (std::uint64_t o = 0; o < 10'000; ++o) ASSERT_EQ(index->entries()[o].ordinal, o);
}

TEST_F(ordinal_index_test, a_file_without_records_has_an_index_too) {
    ordinal_index_writer(path).finish({fingerprint, {}, 0, {}}, {});
    const auto index = load();
    ASSERT_TRUE(has_value(index));
    EXPECT_EQ((*index)->records(), 0U);
    EXPECT_TRUE((*index)->entries().empty());
    EXPECT_TRUE((*index)->contigs().empty());
}

TEST_F(ordinal_index_test, every_flipped_byte_is_noticed) {
    write(5, 2);
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

TEST_F(ordinal_index_test, every_other_length_is_noticed) {
    write(5, 2);
    const std::string whole = read_file(path);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        write_file(path, whole.substr(0, size));
        ASSERT_TRUE(fails_with(load(), errc::file_unusable)) << size;
    }
    write_file(path, whole + "x");
    EXPECT_TRUE(fails_with(load(), errc::file_unusable));
}

TEST_F(ordinal_index_test, the_index_of_other_bytes_is_refused) {
    write(5, 2);
    EXPECT_TRUE(fails_with(ordinal_index::load(path, fingerprint + 1), errc::file_unusable));
}

TEST_F(ordinal_index_test, an_absent_index_is_an_error_and_no_exception) {
    EXPECT_TRUE(fails_with(load(), errc::file_unusable));
}

TEST_F(ordinal_index_test, nothing_appears_before_it_is_finished) {
    {
        ordinal_index_writer writer(path);
        for (std::uint64_t o = 0; o < 5000; ++o) writer.add({o, o, 0, 0, 1});
        EXPECT_FALSE(std::filesystem::exists(path));
    }
    EXPECT_TRUE(std::filesystem::is_empty(dir.path())) << "a writer that gave up left something";
}

TEST_F(ordinal_index_test, finishing_leaves_the_index_alone_in_its_folder) {
    write(5, 2);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
}

TEST_F(ordinal_index_test, a_loaded_index_outlives_its_replacement) {
    write(10, 3);
    const auto old = load().value();
    write(4, 1);
    EXPECT_EQ(old->records(), 10U);
    EXPECT_EQ(old->floor(9).ordinal, 9U);
    EXPECT_EQ(load().value()->records(), 4U);
}

TEST_F(ordinal_index_test, a_folder_that_is_not_there_throws) {
    EXPECT_THROW(ordinal_index_writer(dir / "absent" / "index.ord"), std::system_error);
}

}  // namespace
}  // namespace callstream::variants
