#include "engine/genotype/gt_counts.hpp"

#include "engine/core/error.hpp"
#include "tests/support/bcf_bytes.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace callstream::genotype {
namespace {

using hts::value_type;
using testing::bcf_bytes;
using testing::owned_field;

constexpr int end = -1000;       // the vector ends before this allele
constexpr int missing = -1;      // `.`
constexpr int phased = 100'000;  // added to an allele: its phase bit is set

std::int64_t coded(int allele, value_type type) {
    if (allele == end) {
        const auto bits = 8 * hts::size_of(type);
        return -(std::int64_t{1} << (bits - 1)) + 1;
    }
    const bool is_phased = allele >= phased - 1;
    const int index = is_phased ? allele - phased : allele;
    return (index + 1) * 2 + (is_phased ? 1 : 0);
}

using genotypes = std::vector<std::vector<int>>;

gt_counts count(
    const genotypes& samples, value_type type = value_type::int8, std::uint32_t alleles = 1
) {
    bcf_bytes bytes;
    for (const auto& sample : samples) {
        for (const int allele : sample) bytes.value(coded(allele, type), hts::size_of(type));
    }
    const auto ploidy = static_cast<std::uint32_t>(samples.front().size());
    return gt_counter().count(&*owned_field(type, ploidy, bytes), samples.size(), alleles);
}

struct expectation {
    const char* what;
    genotypes samples;
    gt_counts wanted;
};

class gt_counts_test : public ::testing::TestWithParam<value_type> {};

TEST_P(gt_counts_test, alleles_and_samples_are_counted) {
    const expectation table[] = {
        {"diploid", {{0, 0}, {0, 1}, {1, 1}, {2, 1}}, {8, 3, 0, 2, 2, 2, false, true}},
        {"phased", {{0, phased + 0}, {1, phased + 0}}, {4, 3, 0, 1, 2, 2, true, false}},
        {"both ways", {{0, phased + 0}, {1, 0}}, {4, 3, 0, 1, 2, 2, true, true}},
        {"half missing", {{0, missing}, {missing, 1}, {0, 0}}, {4, 3, 2, 0, 2, 2, false, true}},
        {"missing", {{missing, missing}, {missing, phased - 1}}, {0, 0, 2, 0, 2, 2, true, true}},
        {"mixed ploidy", {{0, 1}, {1, end}, {end, end}}, {3, 1, 1, 1, 0, 2, false, true}},
        {"haploid", {{0}, {1}, {missing}}, {2, 1, 1, 0, 1, 1, false, false}},
        {"tetraploid", {{0, 0, 0, 1}, {1, 1, 1, 1}}, {8, 3, 0, 1, 4, 4, false, true}},
        {"no alleles at all", {{}, {}}, {0, 0, 2, 0, 0, 0, false, false}},
    };
    for (const auto& row : table) EXPECT_EQ(count(row.samples, GetParam()), row.wanted) << row.what;
}
INSTANTIATE_TEST_SUITE_P(
    widths,
    gt_counts_test,
    ::testing::Values(value_type::int8, value_type::int16, value_type::int32)
);

TEST(gt_counts, high_allele_indexes_are_alleles_like_others) {
    EXPECT_EQ(
        count({{63, 64}, {0, 64}}, value_type::int16), (gt_counts{4, 1, 0, 2, 2, 2, false, true})
    );
    EXPECT_EQ(count({{62, 62}, {0, 62}}), (gt_counts{4, 1, 0, 1, 2, 2, false, true}));
}

TEST_P(gt_counts_test, the_rarer_side_of_each_alt_is_counted) {
    using minor = std::pair<std::uint32_t, std::uint32_t>;
    const auto minors = [&](const genotypes& samples, std::uint32_t alleles) {
        const auto c = count(samples, GetParam(), alleles);
        return minor(c.minor_max, c.minor_min);
    };
    const genotypes mixed = {{0, 1}, {2, 2}, {2, missing}, {2, end}, {0, 2}};
    EXPECT_EQ(minors(mixed, 3), minor(3, 1)) << "2 occurs five times of eight, 1 once";
    EXPECT_EQ(minors(mixed, 4), minor(3, 0)) << "3 does not occur";
    EXPECT_EQ(minors(mixed, 1), minor(0, 0)) << "no ALT";
    EXPECT_EQ(minors({{0, 0}, {0, 1}}, 2), minor(1, 1));
    EXPECT_EQ(minors({{1, 1}, {0, 1}}, 2), minor(1, 1));
    EXPECT_EQ(minors({{1, 1, 1, 2}, {1, 1, 1, 0}}, 3), minor(2, 1));
    EXPECT_EQ(minors({{missing, missing}}, 3), minor(0, 0));
}

TEST(gt_counts, without_the_field_every_sample_is_missing) {
    EXPECT_EQ(gt_counter().count(nullptr, 3, 2), (gt_counts{0, 0, 3, 0, 0, 0, false, false}));
    EXPECT_EQ(gt_counter().count(nullptr, 0, 2), gt_counts{});
}

TEST(gt_counts, a_field_of_text_is_damage) {
    bcf_bytes text;
    text.text("0/1");
    const owned_field field(value_type::text, 3, text);
    EXPECT_THROW(gt_counter().count(&*field, 1, 2), damaged_file);
}

}  // namespace
}  // namespace callstream::genotype
