#include "engine/core/simd.hpp"

#include <gtest/gtest.h>

namespace {

using namespace callstream;

TEST(simd, the_environment_lowers_the_level_and_never_raises_it) {
    using enum simd_level;
    const struct {
        simd_level machine;
        const char* wish;
        simd_level used;
    } cases[] = {
        {avx512, "", avx512},
        {avx512, "scalar", none},
        {avx512, "avx2", avx2},
        {avx512, "avx512", avx512},
        {avx2, "avx512", avx2},
        {avx2, "scalar", none},
        {none, "avx512", none},
        {avx2, "AVX2 ", avx2},
        {avx512, "none", avx512},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(lowered_simd(c.machine, c.wish), c.used) << name_of(c.machine) << " " << c.wish;
    }
}

TEST(simd, names_are_those_of_the_variable) {
    for (const auto level : {simd_level::none, simd_level::avx2, simd_level::avx512}) {
        EXPECT_EQ(lowered_simd(simd_level::avx512, name_of(level)), level);
    }
}

}  // namespace
