#include "engine/reads/read_shard.hpp"

#include "tests/support/memory_file.hpp"
#include "tests/support/reads_builder.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

namespace callstream::reads {
namespace {

struct placed {
    std::int32_t reference;
    std::int32_t pos0;
    std::string name = "read";
};

/// Which of the reads, counted from 0, are in the shard.
std::vector<std::size_t> in_shard(const read_shard& shard, const std::vector<placed>& reads) {
    auto bytes = testing::bam_header_bytes("", {{"a", 1000}, {"b", 9000}});
    for (const auto& read : reads)
        bytes += testing::bam_record_bytes(read.reference, read.pos0, 0, read.name);
    const auto file = testing::bgzf_file(bytes);
    const auto fd = testing::memory_file(file);
    hts::bam_bytes records(fd.get(), file.size());
    records.read_header();
    std::vector<std::size_t> out;
    for (std::size_t i = 0; const auto record = records.next_record(); ++i) {
        if (shard.has(*record)) out.push_back(i);
    }
    return out;
}

std::vector<placed> reads_everywhere() {
    std::vector<placed> out;
    for (int at = 0; at < 1000; at += 13) out.push_back({0, at});
    for (int at = 0; at < 9000; at += 131) out.push_back({1, at});
    for (int i = 0; i < 40; ++i) out.push_back({-1, -1, "name" + std::to_string(i)});
    return out;
}

const std::vector<line_part> line = {{{0}, 1000, 300}, {{1}, 9000, 77}, {{-1}, 1, 40}};

TEST(read_shard, of_all_shards_each_read_is_in_one) {
    const auto reads = reads_everywhere();
    for (const std::uint32_t count : {1U, 2U, 3U, 7U, 1000U, 2147483647U}) {
        std::vector<int> times(reads.size());
        for (std::uint32_t k = 0; k < std::min(count, 1000U); ++k) {
            for (const auto i : in_shard({line, k, count}, reads)) ++times[i];
        }
        if (count > 1000) continue;  // too many to go through; that they can be asked for counts
        EXPECT_EQ(std::accumulate(times.begin(), times.end(), 0), static_cast<int>(reads.size()));
        for (const int t : times) EXPECT_EQ(t, 1);
    }
}

TEST(read_shard, two_of_five_are_four_and_five_of_ten) {
    const auto reads = reads_everywhere();
    for (std::uint32_t k = 0; k < 5; ++k) {
        auto joined = in_shard({line, 2 * k, 10}, reads);
        for (const auto i : in_shard({line, 2 * k + 1, 10}, reads)) joined.push_back(i);
        std::sort(joined.begin(), joined.end());
        EXPECT_EQ(joined, in_shard({line, k, 5}, reads)) << k;
    }
}

TEST(read_shard, weighs_about_the_same) {
    const std::vector<line_part> even = {{{0}, 1000, 1000}, {{1}, 9000, 1000}};
    const read_shard first(even, 0, 4);
    EXPECT_EQ(first.regions(), (std::vector<read_region>{{0, -1, 500}}))
        << "reads without a position, too";
    const read_shard last(even, 3, 4);
    EXPECT_EQ(last.regions(), (std::vector<read_region>{{1, 4500}}));
    const read_shard middle({{{0}, 1000, 1000}, {{1}, 9000, 2000}}, 1, 2);
    EXPECT_EQ(middle.regions(), (std::vector<read_region>{{1, 2250}}));
}

TEST(read_shard, reads_belong_to_where_they_begin) {
    const std::vector<line_part> region = {{{0, 100, 200}, 100, 1}};
    const std::vector<placed> reads = {{0, 98}, {0, 100}, {0, 149}, {0, 150}, {0, 199}};
    EXPECT_EQ(in_shard({region, 0, 2}, reads), (std::vector<std::size_t>{0, 1, 2}));
    EXPECT_EQ(in_shard({region, 1, 2}, reads), (std::vector<std::size_t>{3, 4}));
}

TEST(read_shard, what_lies_behind_its_reference_is_in_the_last) {
    const std::vector<placed> reads = {{0, 5000}};
    const std::vector<line_part> whole = {{{0}, 1000, 10}};
    EXPECT_EQ(in_shard({whole, 0, 2}, reads).size(), 0U);
    EXPECT_EQ(in_shard({whole, 1, 2}, reads).size(), 1U);
}

TEST(read_shard, a_line_is_weighed_by_the_index_if_it_tells) {
    sam_header header;
    header.references.resize(2);
    header.references[0].length = 160;
    header.references[1].length = 1600;
    const auto plain = whole_line(header, nullptr);
    ASSERT_EQ(plain.size(), 3U);
    EXPECT_EQ(plain[0].weight, 160U);
    EXPECT_EQ(plain[1].weight, 1600U);
    EXPECT_EQ(plain[2].weight, 110U);
    EXPECT_EQ(plain[2].region.reference, -1);
    reads_index index;
    index.counts = {reference_counts{5, 2}, std::nullopt};
    EXPECT_EQ(
        whole_line(header, &index)[0].weight, 160U
    );  // it does not say how many have no place
    index.unplaced = 9;
    const auto counted = whole_line(header, &index);
    EXPECT_EQ(counted[0].weight, 7U);
    EXPECT_EQ(counted[1].weight, 1U);
    EXPECT_EQ(counted[2].weight, 9U);
}

}  // namespace
}  // namespace callstream::reads
