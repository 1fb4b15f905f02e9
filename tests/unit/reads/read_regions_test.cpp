#include "engine/reads/read_regions.hpp"

#include "tests/support/reads_builder.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace callstream::reads {
namespace {

using verdict = read_filter::verdict;
using testing::bam_read;

/// Content of a BAM as one block.
class one_block : public hts::block_source {
 public:
    explicit one_block(std::string bytes) : bytes_(std::move(bytes)) {}
    std::span<const std::uint8_t> next_block() override {
        if (std::exchange(taken_, true)) return {};
        return {reinterpret_cast<const std::uint8_t*>(bytes_.data()), bytes_.size()};
    }
    std::uint64_t bytes_done() const noexcept override { return 0; }

 private:
    std::string bytes_;
    bool taken_ = false;
};

std::vector<verdict> judge(read_filter filter, const std::vector<bam_read>& reads) {
    auto bytes = testing::bam_header_bytes("", {{"a", 1000}, {"b", 1000}, {"c", 1000}});
    for (const auto& read : reads) bytes += testing::bam_record_bytes(read);
    hts::bam_bytes records(std::make_unique<one_block>(bytes));
    records.read_header();
    std::vector<verdict> out;
    while (const auto record = records.next_record()) out.push_back(filter.judge(*record));
    return out;
}

bam_read mapped(std::int32_t reference, std::int32_t pos0, std::uint32_t length = 10) {
    return {reference, pos0, {{length, 'M'}}, 0, length, {}};
}
const bam_read unplaced{-1, -1, {}, 4, 0, {}};

TEST(read_regions, are_merged_in_the_order_of_a_sorted_file) {
    const auto out = merged({{-1}, {1, 5, 9}, {0, 50, 60}, {0, 10, 30}, {0, 30, 40}, {0, 12, 20}});
    const std::vector<read_region> expected = {{0, 10, 40}, {0, 50, 60}, {1, 5, 9}, {-1}};
    EXPECT_EQ(out, expected);
}

TEST(read_regions, reads_end_where_their_cigar_does) {
    const std::pair<std::vector<std::pair<std::uint32_t, char>>, std::int64_t> table[] = {
        {{{10, 'M'}}, 110},
        {{{5, 'S'}, {10, 'M'}, {100, 'N'}, {5, '='}, {5, 'X'}, {2, 'D'}}, 222},
        {{{10, 'I'}}, 101},
        {{}, 101},
    };
    for (const auto& [cigar, end] : table) {
        std::uint32_t bases = 0;
        for (const auto& [length, kind] : cigar) {
            if (std::string("MIS=X").find(kind) != std::string::npos) bases += length;
        }
        auto bytes = testing::bam_header_bytes("", {{"a", 1000}});
        bytes += testing::bam_record_bytes(bam_read{0, 100, cigar, 0, bases, {}});
        hts::bam_bytes records(std::make_unique<one_block>(bytes));
        records.read_header();
        EXPECT_EQ(end_of(*records.next_record()), end);
    }
}

TEST(read_regions, of_a_sorted_file_are_left_behind_one_by_one) {
    const std::vector<read_region> regions = {{0, 100, 200}, {0, 500, 510}, {2, 0, 50}};
    const auto out = judge(
        {regions, true},
        {mapped(0, 0),    // ends before
         mapped(0, 90),   // ends where the region begins
         mapped(0, 91),   // touches it
         mapped(0, 199),  // its last base
         mapped(0, 200),  // behind it
         mapped(0, 300),  // still before the next
         mapped(0, 495),  // reaches it
         mapped(1, 5),    // behind both
         mapped(2, 49),
         mapped(2, 50)}
    );
    const std::vector<verdict> expected = {
        verdict::unwanted,
        verdict::unwanted,
        verdict::wanted,
        verdict::wanted,
        verdict::next_region,
        verdict::unwanted,
        verdict::wanted,
        verdict::next_region,
        verdict::wanted,
        verdict::done};
    EXPECT_EQ(out, expected);
}

TEST(read_regions, can_be_of_reads_without_a_reference) {
    const auto out = judge({{{0, 0, 5}, {-1}}, true}, {mapped(0, 0), mapped(2, 0), unplaced});
    EXPECT_EQ(out, (std::vector{verdict::wanted, verdict::next_region, verdict::wanted}));
}

TEST(read_regions, no_region_is_everything_and_an_unsorted_file_has_no_end) {
    EXPECT_EQ(
        judge({{}, true}, {mapped(1, 0), unplaced}), (std::vector{verdict::wanted, verdict::wanted})
    );
    EXPECT_EQ(
        judge({{{0, 0, 5}}, false}, {mapped(1, 0), mapped(0, 1)}),
        (std::vector{verdict::unwanted, verdict::wanted})
    );
}

}  // namespace
}  // namespace callstream::reads
