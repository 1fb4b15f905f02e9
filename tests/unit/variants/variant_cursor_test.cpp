#include "engine/variants/variant_cursor.hpp"

#include "engine/variants/index_pass.hpp"
#include "engine/variants/variant_file.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::variants {
namespace {

using testing::many_records;

/// What a walk sees of one record.
struct seen {
    std::string place;
    std::uint64_t ordinal;
    std::uint32_t duplicate;
    resume_point here;

    bool operator==(const seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const seen& s) {
    return out << s.place << " #" << s.ordinal << " (" << s.duplicate << ")";
}

seen look(const variant_cursor& cursor, const hts::record& r) {
    return {
        std::string(cursor.reader().contig_name(r.contig)) + ":" + std::to_string(r.pos0),
        cursor.ordinal(),
        cursor.duplicate(),
        cursor.here()};
}

std::vector<seen> walk(variant_cursor& cursor, std::size_t limit = 1'000'000) {
    std::vector<seen> out;
    while (out.size() < limit) {
        const auto* r = cursor.next();
        if (r == nullptr) break;
        out.push_back(look(cursor, *r));
    }
    return out;
}

/// Both formats, cut into so small blocks that records lie across their borders.
class variant_cursor_test : public ::testing::TestWithParam<bool> {
 protected:
    void SetUp() override {
        const auto path = dir_ / (GetParam() ? "a.bcf" : "a.vcf.gz");
        GetParam() ? many_records(30).write_bcf(path, 400)
                   : many_records(30).write_vcf_gz(path, 400);
        file = variant_file::open(path).value();
        file->make_index(dir_.path(), {});
        index = file->index();
        ASSERT_NE(index, nullptr);
        ASSERT_GT(index->entries().size(), 5U);
        auto cursor = file->cursor().value();
        cursor->rewind();
        whole = walk(*cursor);
        ASSERT_EQ(whole.size(), 60U);
    }

    std::vector<seen> from(std::size_t ordinal, std::size_t limit = 1'000'000) const {
        const auto end = std::min(whole.size(), ordinal + limit);
        return {
            whole.begin() + static_cast<std::ptrdiff_t>(ordinal),
            whole.begin() + static_cast<std::ptrdiff_t>(end)};
    }

    testing::temp_dir dir_;
    std::shared_ptr<variant_file> file;
    std::shared_ptr<const ordinal_index> index;
    std::vector<seen> whole;
};

TEST_P(variant_cursor_test, a_walk_numbers_the_records_and_those_at_one_position) {
    EXPECT_EQ(whole[0].duplicate, 1U);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        EXPECT_EQ(whole[i].ordinal, i);
        EXPECT_EQ(whole[i].duplicate, i % 30 % 3 == 2 ? 2U : 1U) << i;
    }
}

TEST_P(variant_cursor_test, seeking_an_ordinal_is_like_walking_there) {
    auto cursor = file->cursor().value();
    for (std::size_t ordinal = whole.size(); ordinal-- > 0;) {
        cursor->seek(ordinal, *index);
        ASSERT_EQ(walk(*cursor, 4), from(ordinal, 4)) << ordinal;
    }
    cursor->seek(3, *index);
    EXPECT_EQ(walk(*cursor), from(3));
}

TEST_P(variant_cursor_test, seeking_does_not_depend_on_where_the_cursor_stood) {
    auto cursor = file->cursor().value();
    for (std::size_t before = 0; before < whole.size(); ++before) {
        for (std::size_t ordinal = 0; ordinal < whole.size(); ++ordinal) {
            cursor->seek(before, *index);
            ASSERT_EQ(walk(*cursor, ordinal % 3), from(before, ordinal % 3));
            cursor->seek(ordinal, *index);
            ASSERT_EQ(walk(*cursor, 1), from(ordinal, 1)) << before << " " << ordinal;
        }
    }
    cursor->seek(0, *index);
    EXPECT_EQ(walk(*cursor), whole);
    cursor->seek(59, *index);
    EXPECT_EQ(walk(*cursor), from(59)) << "after the end";
}

TEST_P(variant_cursor_test, numbers_that_a_token_gave_are_forgotten_by_a_seek) {
    auto cursor = file->cursor().value();
    auto point = whole[10].here;
    point.ordinal += 2;
    ASSERT_TRUE(cursor->resume(point));
    walk(*cursor, 1);
    cursor->seek(13, *index);
    EXPECT_EQ(walk(*cursor, 3), from(13, 3));
}

TEST_P(variant_cursor_test, a_walk_goes_on_at_every_record) {
    auto cursor = file->cursor().value();
    for (std::size_t ordinal = whole.size(); ordinal-- > 0;) {
        ASSERT_TRUE(cursor->resume(whole[ordinal].here)) << ordinal;
        ASSERT_EQ(walk(*cursor, 4), from(ordinal, 4)) << ordinal;
    }
    ASSERT_TRUE(cursor->resume(whole[7].here));
    EXPECT_EQ(walk(*cursor), from(7));
}

TEST_P(variant_cursor_test, resuming_where_another_record_stands_says_no) {
    auto cursor = file->cursor().value();
    resume_point wrong = whole[10].here;
    wrong.check ^= 1;
    EXPECT_FALSE(cursor->resume(wrong));
    resume_point moved = whole[10].here;
    moved.virtual_offset = whole[12].here.virtual_offset;
    EXPECT_FALSE(cursor->resume(moved));
    EXPECT_TRUE(cursor->resume(whole[10].here));
}

TEST_P(variant_cursor_test, resuming_at_the_end_says_no) {
    auto cursor = file->cursor().value();
    cursor->rewind();
    walk(*cursor);
    resume_point end = whole.back().here;
    end.virtual_offset = cursor->reader().tell();
    EXPECT_FALSE(cursor->resume(end));
}

TEST_P(variant_cursor_test, rewinding_forgets_where_the_cursor_stood) {
    auto cursor = file->cursor().value();
    ASSERT_TRUE(cursor->resume(whole[32].here));
    cursor->rewind();
    EXPECT_EQ(walk(*cursor), whole);
    cursor->rewind();
    EXPECT_EQ(walk(*cursor, 1), from(0, 1));
}

TEST_P(variant_cursor_test, the_end_tells_how_many_records_there_were) {
    auto cursor = file->cursor().value();
    cursor->rewind();
    walk(*cursor);
    EXPECT_EQ(cursor->records_at_end(), 60U);
    cursor->seek(58, *index);
    walk(*cursor);
    EXPECT_EQ(cursor->records_at_end(), 60U);
    ASSERT_TRUE(cursor->resume(whole[59].here));
    walk(*cursor);
    EXPECT_EQ(cursor->records_at_end(), 60U);
    EXPECT_EQ(cursor->next(), nullptr);
}

TEST_P(variant_cursor_test, an_index_that_promises_more_records_is_damage) {
    const auto path = dir_ / "longer.ord";
    {
        ordinal_index_writer writer(path);
        for (const auto& entry : index->entries()) writer.add(entry);
        writer.finish({1, {}, 100, {}}, index->contigs());
    }
    const auto longer = ordinal_index::load(path, 1).value();
    auto cursor = file->cursor().value();
    EXPECT_THROW(cursor->seek(60, *longer), damaged_file);
    EXPECT_THROW(cursor->seek(61, *longer), damaged_file);
}

INSTANTIATE_TEST_SUITE_P(formats, variant_cursor_test, ::testing::Bool(), [](const auto& one) {
    return std::string(one.param ? "bcf" : "vcf_gz");
});

}  // namespace
}  // namespace callstream::variants
