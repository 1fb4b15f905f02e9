#include "engine/hts/index_file.hpp"

#include "engine/core/file.hpp"
#include "tests/support/allocation_watch.hpp"
#include "tests/support/bgzf_builder.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/index_builder.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace callstream::hts {
namespace {

using testing::bgzf_file;
using testing::error_text;
using testing::fails_with;
using testing::has_value;
using ::testing::HasSubstr;
using testing::index_bytes;

class index_file_test : public ::testing::Test {
 protected:
    static result<index_file> read(const std::string& bytes) {
        const auto fd = testing::memory_file(bytes);
        return read_index_file(fd.get());
    }
    testing::temp_dir dir_;
};

constexpr std::uint64_t at(std::uint64_t block, std::uint64_t within = 0) {
    return block << 16 | within;
}

index_bytes tabix_columns(index_bytes out, std::string_view names) {
    return out.u32(2).u32(1).u32(2).u32(0).u32('#').u32(0).u32(names.size()).raw(names);
}

/// Two contigs with records and one without, 30 + 12 records.
index_bytes some_tbi() {
    index_bytes out;
    out.raw({"TBI\1", 4}).u32(3);
    out = tabix_columns(out, std::string_view("chr1\0chr2\0chr3\0", 15));
    out.u32(3).u32(4681).pairs({{at(100, 7), at(200)}, {at(300), at(400, 9)}});
    out.u32(4682).pairs({{at(200), at(300)}}).u32(37450).pairs({{at(100, 7), at(400, 9)}, {30, 0}});
    out.u32(2).u64(at(100, 7)).u64(0);
    out.u32(0).u32(0);
    out.u32(2).u32(0).pairs({{at(500), at(600)}}).u32(37450).pairs({{at(500), at(600)}, {12, 0}});
    out.u32(0);
    return out.u64(0);
}

index_bytes some_csi(std::string_view aux = {}) {
    index_bytes out;
    out.raw({"CSI\1", 4}).u32(12).u32(6).u32(aux.size()).raw(aux).u32(2);
    out.u32(0);
    // The bins of depth 6 end at 299592, the metadata bin follows with a gap.
    out.u32(2).u32(299592).u64(at(1)).pairs({{at(5), at(9, 1)}});
    return out.u32(299594).u64(0).pairs({{at(5), at(9, 1)}, {7, 2}}).u64(3);
}

index_bytes some_bai() {
    index_bytes out;
    out.raw({"BAI\1", 4}).u32(1);
    return out.u32(1).u32(0).pairs({{at(1), at(2)}}).u32(1).u64(at(1));
}

TEST_F(index_file_test, a_tbi_gives_names_counts_and_offsets) {
    const auto index = read(some_tbi().packed());
    ASSERT_TRUE(has_value(index));
    EXPECT_EQ(index->format, index_format::tbi);
    EXPECT_EQ(index->min_shift, 14);
    EXPECT_EQ(index->depth, 5);
    EXPECT_TRUE(index->has_names);
    ASSERT_EQ(index->contigs.size(), 3U);
    const auto& first = index->contigs[0];
    EXPECT_EQ(first.name, "chr1");
    EXPECT_EQ(first.first_offset, at(100, 7));
    EXPECT_EQ(first.last_offset, at(400, 9));
    EXPECT_EQ(first.chunks, 3U);
    ASSERT_TRUE(first.counts);
    EXPECT_EQ(first.counts->mapped, 30U);
    EXPECT_EQ(index->contigs[1].name, "chr2");
    EXPECT_FALSE(index->contigs[1].counts);
    EXPECT_EQ(index->contigs[1].last_offset, 0U);
    EXPECT_EQ(index->records(), 42U);
    EXPECT_EQ(index->last_offset(), at(600));
    EXPECT_EQ(index->unplaced, 0U);
}

TEST_F(index_file_test, a_csi_has_its_own_depth_and_perhaps_no_names) {
    const auto index = read(some_csi().packed());
    ASSERT_TRUE(has_value(index));
    EXPECT_EQ(index->format, index_format::csi);
    EXPECT_EQ(index->min_shift, 12);
    EXPECT_EQ(index->depth, 6);
    EXPECT_FALSE(index->has_names);
    EXPECT_EQ(index->contigs.size(), 2U);
    EXPECT_EQ(index->contigs[1].counts->unmapped, 2U);
    EXPECT_EQ(index->records(), 9U);
    EXPECT_EQ(index->unplaced, 3U);
}

TEST_F(index_file_test, names_of_a_csi_are_those_of_tabix_or_none) {
    const std::string aux = tabix_columns({}, std::string_view("a\0b\0", 4)).bytes();
    const auto named = read(some_csi(aux).packed());
    ASSERT_TRUE(has_value(named));
    EXPECT_TRUE(named->has_names);
    EXPECT_EQ(named->contigs[1].name, "b");
    const auto foreign = read(some_csi(aux + "more of another program").packed());
    ASSERT_TRUE(has_value(foreign));
    EXPECT_FALSE(foreign->has_names);
}

TEST_F(index_file_test, a_bai_without_metadata_does_not_count) {
    const auto index = read(some_bai().bytes());
    ASSERT_TRUE(has_value(index));
    EXPECT_EQ(index->format, index_format::bai);
    EXPECT_EQ(index->records(), std::nullopt);
    EXPECT_EQ(index->unplaced, std::nullopt);
    EXPECT_EQ(index->last_offset(), at(2));
}

TEST_F(index_file_test, places_have_an_offset_before_which_nothing_reaches_them) {
    using starts = std::vector<std::optional<std::uint64_t>>;
    const auto of = [](const index_bytes& bytes, const std::vector<index_place>& places) {
        const auto fd = testing::memory_file(bytes.packed());
        return find_index_starts(fd.get(), places).value();
    };
    index_bytes bai;
    bai.raw({"BAI\1", 4}).u32(3);
    bai.u32(1).u32(4681).pairs({{at(7), at(90)}});
    bai.u32(4).u64(at(7)).u64(at(20)).u64(0).u64(at(50));
    bai.u32(0).u32(0);
    bai.u32(1).u32(4681).pairs({{at(95), at(99)}}).u32(0);
    const std::vector<index_place> places = {
        {0, 0},
        {0, 16383},
        {0, 16384},
        {0, 40000},
        {0, 49152},
        {0, 1 << 28},
        {1, 5},
        {2, 5},
        {9, 0}};
    const starts expected = {
        at(7), at(7), at(20), at(20), at(50), at(50), std::nullopt, at(95), std::nullopt};
    EXPECT_EQ(of(bai, places), expected);
    index_bytes csi;
    csi.raw({"CSI\1", 4}).u32(12).u32(1).u32(0).u32(1).u32(3);
    csi.u32(0).u64(at(1)).pairs({{at(1), at(9)}});
    csi.u32(2).u64(at(3)).pairs({{at(3), at(5)}});
    csi.u32(5).u64(at(6)).pairs({{at(6), at(8)}});
    EXPECT_EQ(
        of(csi, {{0, 0}, {0, 4096}, {0, 16383}, {0, 16384}, {0, 1 << 30}}),
        (starts{at(1), at(3), at(3), at(6), at(6)})
    );
}

TEST_F(index_file_test, offsets_beyond_the_data_are_told) {
    const auto index = read(some_tbi().packed());
    ASSERT_TRUE(has_value(index));
    EXPECT_TRUE(has_value(check_index_offsets(*index, 600)));
    EXPECT_THAT(error_text(check_index_offsets(*index, 599)), HasSubstr("another file"));
}

TEST_F(index_file_test, what_is_wrong_is_said) {
    const std::string_view no_name("\0", 1);
    const std::string_view open_name("chr1", 4);
    index_bytes bai;
    bai.raw({"BAI\1", 4});
    index_bytes csi;
    csi.raw({"CSI\1", 4});
    index_bytes tbi;
    tbi.raw({"TBI\1", 4}).u32(1);
    const std::pair<std::string, std::string> table[] = {
        {"", "too early"},
        {"BAI", "too early"},
        {"##fileformat=VCFv4.2\n", "not a BAI, TBI or CSI"},
        {bgzf_file("BCF\2\2"), "not a BAI, TBI or CSI"},
        {some_tbi().packed().substr(0, some_tbi().packed().size() - 28), "end-of-file block"},
        {index_bytes(some_tbi()).raw("x").packed(), "after its end"},
        {index_bytes(some_bai()).u32(1).bytes(), "too early"},
        {index_bytes(bai).u32(0x80000000).bytes(), "negative count of contigs"},
        {index_bytes(bai).u32(0x7fffffff).bytes(), "more than 1048576 contigs"},
        {index_bytes(bai).u32(1).u32(1).u32(37450).u32(3).bytes(), "metadata"},
        {index_bytes(bai).u32(1).u32(1).u32(37449).u32(0).bytes(), "impossible number"},
        {index_bytes(bai).u32(1).u32(1).u32(37451).u32(0).bytes(), "impossible number"},
        {index_bytes(bai).u32(1).u32(1).u32(0).pairs({{2, 1}}).bytes(), "before it begins"},
        {index_bytes(bai).u32(1).u32(1).u32(0).u32(0x7fffffff).bytes(), "too early"},
        {index_bytes(bai).u32(1).u32(1).u32(37450).pairs({{0, 0}, {1ULL << 63, 0}}).bytes(),
         "impossible number of records"},
        {index_bytes(csi).u32(14).u32(11).u32(0).u32(0).packed(), "impossible size"},
        {index_bytes(csi).u32(32).u32(1).u32(0).u32(0).packed(), "impossible size"},
        {index_bytes(csi).u32(0xffffffff).u32(0xffffffff).u32(0).packed(), "impossible size"},
        {index_bytes(csi).u32(14).u32(5).u32(0x7fffffff).packed(), "longer than 64 MiB"},
        {index_bytes(csi).u32(14).u32(5).u32(60 << 20).packed(), "too early"},
        {tabix_columns(tbi, no_name).u32(0).packed(), "a name is empty"},
        {tabix_columns(tbi, open_name).u32(0).packed(), "a name does not end"},
        {tabix_columns(tbi, std::string_view("a\0b\0", 4)).packed(), "number of names"},
    };
    for (const auto& [bytes, expected] : table) {
        const auto index = read(bytes);
        EXPECT_TRUE(fails_with(index, errc::file_unusable)) << expected;
        EXPECT_THAT(error_text(index), HasSubstr(expected));
    }
}

/// Damaged indexes of every kind: an answer or an error, and never much memory.
TEST_F(index_file_test, no_damage_makes_it_fail_otherwise) {
    constexpr std::size_t allocation_max = 1 << 20;
    const std::string contents[] = {some_tbi().bytes(), some_csi().bytes(), some_bai().bytes()};
    const testing::allocation_watch watch;
    int refused = 0;
    const auto try_content = [&](const std::string& changed) { refused += !read(changed); };
    for (const auto& content : contents) {
        testing::for_each_odd_number(content, try_content);
        testing::for_each_flip(content, 2000, 1, try_content);
    }
    testing::for_each_flip(some_tbi().packed(), 2000, 2, try_content);
    EXPECT_GT(refused, 1000);
    EXPECT_LT(watch.largest(), allocation_max);
}

TEST_F(index_file_test, every_cut_is_noticed) {
    for (const auto& whole : {some_tbi().packed(), some_csi().packed()}) {
        testing::for_each_truncation(whole, [&](const std::string& cut) {
            EXPECT_TRUE(fails_with(read(cut), errc::file_unusable)) << cut.size();
        });
    }
    // The number of records without a contig is optional, so an index may end before it.
    const std::string bai = some_bai().bytes();
    testing::for_each_truncation(bai + std::string(8, '\0'), [&](const std::string& cut) {
        EXPECT_EQ(read(cut).has_value(), cut.size() == bai.size()) << cut.size();
    });
}

TEST_F(index_file_test, a_bomb_ends_at_the_limit) {
    // A single bin with as many chunks as can be announced, all of them zero.
    const std::string start = index_bytes()
                                  .raw({"CSI\1", 4})
                                  .u32(14)
                                  .u32(5)
                                  .u32(0)
                                  .u32(1)
                                  .u32(1)
                                  .u32(0)
                                  .u64(0)
                                  .u32(0x7fffffff)
                                  .bytes();
    std::string bomb = testing::bgzf_block(start);
    const std::string zeros = testing::bgzf_block(std::string(65280, '\0'));
    for (int i = 0; i < 9000; ++i) bomb += zeros;
    const testing::allocation_watch watch;
    EXPECT_THAT(error_text(read(bomb + testing::eof_block())), HasSubstr("larger than 512 MiB"));
    EXPECT_LT(watch.largest(), 2U << 20);
}

/// The sum that the tool prints for an index.
std::string counted_by(const std::string& command, const testing::temp_dir& dir) {
    testing::run_tool(command + " > " + (dir / "counted").string() + " 2>/dev/null");
    std::string text = testing::read_file(dir / "counted");
    if (!text.empty()) text.pop_back();
    return text;
}

TEST_F(index_file_test, counts_agree_with_bcftools) {
    int compared = 0;
    for (const char* ending : {".csi", ".tbi"}) {
        for (const auto& top : {testing::demo_data(), testing::collection()}) {
            for (const auto& path : testing::files_below(top, ending)) {
                const auto data = path.parent_path() / path.stem();
                if (path.string().ends_with(".bam.csi")) continue;
                SCOPED_TRACE(path);
                const auto fd = open_regular(path).value();
                const auto index = read_index_file(fd.get());
                ASSERT_TRUE(has_value(index));
                ++compared;
                if (!std::filesystem::exists(data)) continue;
                EXPECT_TRUE(has_value(check_index_offsets(*index, std::filesystem::file_size(data)))
                );
                const std::string both = data.string() + "##idx##" + path.string();
                if (!index->records()) continue;
                EXPECT_EQ(
                    std::to_string(*index->records()),
                    counted_by("bcftools index -n '" + both + "'", dir_)
                );
            }
        }
    }
    EXPECT_GE(compared, 5);  // those of the demo
}

}  // namespace
}  // namespace callstream::hts
