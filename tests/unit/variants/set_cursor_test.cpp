#include "engine/variants/set_cursor.hpp"

#include "tests/support/results.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::variants {
namespace {

using testing::fails_with;
using testing::vcf_builder;

/// Three files: 30 records, none, 45 records, several to a block.
class set_cursor_test : public ::testing::Test {
 protected:
    void SetUp() override {
        add("1", 30);
        add("1", 0);
        add("2", 45);
    }
    void add(const std::string& contig, int records) {
        vcf_builder file;
        for (int i = 0; i < records; ++i) {
            file.record(contig, 100 + i / 2, "GT:DP", {"0/1:" + std::to_string(i), "1|1:3"});
        }
        const auto path = dir / (std::to_string(files.size()) + ".vcf.gz");
        file.write_vcf_gz(path, 700);
        files.push_back(variant_file::open(path).value());
    }
    void index(std::size_t file) { ASSERT_TRUE(files[file]->make_index(dir / "state", {})); }
    void index_all() {
        for (std::size_t i = 0; i < files.size(); ++i) index(i);
    }
    static std::string text_at(const set_cursor& cursor, const hts::record& r) {
        return std::string(cursor.reader().contig_name(r.contig)) + ":" + std::to_string(r.pos0) +
               "~" + std::to_string(cursor.duplicate()) + " #" + std::to_string(cursor.ordinal());
    }
    static std::vector<std::string> rest(set_cursor& cursor) {
        std::vector<std::string> out;
        while (const auto* r = cursor.next()) out.push_back(text_at(cursor, *r));
        return out;
    }
    std::vector<std::string> whole() const {
        set_cursor cursor{set_view(files)};
        EXPECT_TRUE(cursor.rewind());
        return rest(cursor);
    }

    testing::temp_dir dir;
    file_list files;
};

TEST_F(set_cursor_test, walks_over_the_borders_of_files) {
    const auto all = whole();
    ASSERT_EQ(all.size(), 75U);
    EXPECT_EQ(all[29], "1:113~2 #29");
    EXPECT_EQ(all[30], "2:99~1 #30");
    set_cursor cursor{set_view(files)};
    ASSERT_TRUE(cursor.rewind());
    rest(cursor);
    EXPECT_EQ(cursor.records_at_end(), 75U);
    EXPECT_EQ(cursor.next(), nullptr) << "the end stays the end";
}

TEST_F(set_cursor_test, resumes_at_every_record) {
    const auto all = whole();
    std::vector<set_place> places;
    set_cursor walker{set_view(files)};
    ASSERT_TRUE(walker.rewind());
    while (walker.next() != nullptr) places.push_back(walker.here());
    for (std::size_t i = 0; i < places.size(); ++i) {
        EXPECT_EQ(places[i].ordinal(), i);
        set_cursor cursor{set_view(files)};
        ASSERT_TRUE(cursor.resume(places[i]).value()) << i;
        EXPECT_EQ(rest(cursor), std::vector(all.begin() + static_cast<long>(i), all.end())) << i;
    }
}

TEST_F(set_cursor_test, seeks_every_ordinal_once_all_is_indexed) {
    const auto all = whole();
    index_all();
    for (std::size_t i = 0; i <= all.size(); ++i) {
        set_cursor cursor{set_view(files)};
        ASSERT_TRUE(cursor.seek(i)) << i;
        EXPECT_EQ(rest(cursor), std::vector(all.begin() + static_cast<long>(i), all.end())) << i;
        EXPECT_EQ(cursor.records_at_end(), 75U);
    }
    set_cursor cursor{set_view(files)};
    ASSERT_TRUE(cursor.seek(~0ULL));
    EXPECT_EQ(cursor.next(), nullptr);
}

TEST_F(set_cursor_test, seeks_as_far_as_files_are_indexed) {
    index(0);
    set_cursor cursor{set_view(files)};
    EXPECT_TRUE(cursor.seek(0));
    EXPECT_TRUE(cursor.seek(29));
    EXPECT_TRUE(fails_with(cursor.seek(30), errc::unavailable));
    EXPECT_EQ(set_view(files).first_ordinal(1), 30U);
    EXPECT_EQ(set_view(files).first_ordinal(2), std::nullopt);
    EXPECT_EQ(set_view(files).indexed_records(), std::nullopt);
}

TEST_F(set_cursor_test, seeks_in_memory_where_a_cursor_left_its_block) {
    const auto all = whole();
    index_all();
    std::size_t in_memory = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto seek = [&](auto how) {
            set_cursor cursor{set_view(files)};
            const auto moved = how(cursor);
            const auto* r = moved ? cursor.next() : nullptr;
            EXPECT_TRUE(!moved || (r != nullptr && text_at(cursor, *r) == all[i])) << i;
            return moved;
        };
        ASSERT_TRUE(seek([&](auto& cursor) { return cursor.seek(i).has_value(); }));
        in_memory += seek([&](auto& cursor) { return cursor.seek_in_memory(i).value(); }) ? 1 : 0;
    }
    EXPECT_GT(in_memory, 40U);
    EXPECT_LT(in_memory, 75U) << "a record that may reach into the next block has to be read";
}

TEST_F(set_cursor_test, seeks_nothing_in_memory_that_nobody_read) {
    set_cursor early{set_view(files)};
    EXPECT_TRUE(fails_with(early.seek_in_memory(1), errc::unavailable));
    index_all();
    set_cursor cursor{set_view(files)};
    for (const std::uint64_t ordinal : {1, 40, 74, 75, 1000}) {
        EXPECT_FALSE(cursor.seek_in_memory(ordinal).value()) << ordinal;
    }
    {
        set_cursor reader{set_view(files)};
        ASSERT_TRUE(reader.seek(1));
        EXPECT_FALSE(cursor.seek_in_memory(1).value()) << "another one has it";
    }
    EXPECT_TRUE(cursor.seek_in_memory(1).value());
    const auto narrow = std::make_shared<const std::vector<std::uint32_t>>(1, 0U);
    set_cursor narrowed(set_view(files), hts::wanted_fields::all, narrow);
    EXPECT_FALSE(narrowed.seek_in_memory(1).value());
}

TEST_F(set_cursor_test, seeks_no_file_in_memory_that_was_replaced) {
    index_all();
    {
        set_cursor reader{set_view(files)};
        ASSERT_TRUE(reader.seek(1));
    }
    testing::replace_file(dir / "0.vcf.gz", vcf_builder().vcf_gz());
    set_cursor cursor{set_view(files)};
    EXPECT_TRUE(fails_with(cursor.seek_in_memory(1), errc::file_replaced));
}

TEST_F(set_cursor_test, a_place_in_a_file_that_is_not_there_says_no) {
    set_cursor cursor{set_view(files)};
    EXPECT_FALSE(cursor.resume({.file = 3, .point = {}}).value());
}

TEST_F(set_cursor_test, a_replaced_file_is_noticed_when_it_is_entered) {
    set_cursor cursor{set_view(files)};
    ASSERT_TRUE(cursor.rewind());
    testing::replace_file(dir / "2.vcf.gz", vcf_builder().vcf_gz());
    EXPECT_THROW(rest(cursor), damaged_file);
    set_cursor again{set_view({files[2]})};
    EXPECT_TRUE(fails_with(again.rewind(), errc::file_replaced));
}

TEST_F(set_cursor_test, fingerprints_change_with_every_file) {
    const set_view before(files);
    EXPECT_EQ(before.content_fingerprint(), 0U);
    EXPECT_EQ(set_view({files[0]}).provisional_fingerprint(), files[0]->provisional_fingerprint());
    EXPECT_NE(
        set_view({files[0], files[2]}).provisional_fingerprint(), before.provisional_fingerprint()
    );
    EXPECT_NE(
        set_view({files[2], files[0]}).provisional_fingerprint(),
        set_view({files[0], files[2]}).provisional_fingerprint()
    );
    index_all();
    EXPECT_NE(set_view(files).content_fingerprint(), 0U);
}

}  // namespace
}  // namespace callstream::variants
