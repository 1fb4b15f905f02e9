#include "server/load/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace callstream::load {
namespace {

TEST(histogram, is_empty_at_first) {
    const histogram h;
    EXPECT_EQ(h.count(), 0U);
    EXPECT_EQ(h.percentile(0.5), 0U);
    EXPECT_EQ(h.max(), 0U);
}

TEST(histogram, small_numbers_are_exact) {
    histogram h;
    for (std::uint64_t i = 1; i <= 100; ++i) h.add(i);
    EXPECT_EQ(h.percentile(0.5), 50U);
    EXPECT_EQ(h.percentile(0.99), 99U);
    EXPECT_EQ(h.percentile(0.999), 100U);
    EXPECT_EQ(h.percentile(0), 1U);
    EXPECT_EQ(h.percentile(1), 100U);
}

TEST(histogram, one_of_a_thousand_is_the_last_per_mille_and_the_maximum) {
    histogram h;
    for (int i = 0; i < 999; ++i) h.add(1000);
    h.add(5'000'000'000);
    EXPECT_LE(h.percentile(0.99), 1016U);
    EXPECT_LE(h.percentile(0.999), 1016U);
    EXPECT_EQ(h.percentile(1), 5'000'000'000U);
    EXPECT_EQ(h.max(), 5'000'000'000U);
}

TEST(histogram, is_never_too_low_and_at_most_a_64th_too_high) {
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> power(0, 40);
    histogram h;
    std::vector<std::uint64_t> all;
    for (int i = 0; i < 20'000; ++i) {
        all.push_back(static_cast<std::uint64_t>(std::exp2(power(random))));
        h.add(all.back());
    }
    std::sort(all.begin(), all.end());
    for (const double share : {0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
        const auto rank = static_cast<std::size_t>(std::ceil(share * 20'000));
        const auto exact = all[std::max<std::size_t>(rank, 1) - 1];
        EXPECT_GE(h.percentile(share), exact) << share;
        EXPECT_LE(h.percentile(share), exact + exact / 64) << share;
    }
}

TEST(histogram, takes_durations_of_any_length) {
    histogram h;
    h.add(0);
    h.add(~std::uint64_t{0});
    EXPECT_EQ(h.percentile(0.5), 0U);
    EXPECT_EQ(h.max(), ~std::uint64_t{0});
    EXPECT_LE(h.percentile(1), h.max());
}

TEST(histogram, adds_up) {
    histogram a;
    histogram b;
    for (std::uint64_t i = 1; i <= 50; ++i) a.add(i);
    for (std::uint64_t i = 51; i <= 100; ++i) b.add(i);
    a.add(b);
    EXPECT_EQ(a.count(), 100U);
    EXPECT_EQ(a.percentile(0.5), 50U);
    EXPECT_EQ(a.max(), 100U);
}

}  // namespace
}  // namespace callstream::load
