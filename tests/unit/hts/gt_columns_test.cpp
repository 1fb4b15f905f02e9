#include "engine/hts/gt_columns.hpp"

#include "tests/support/columns_judge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace callstream::hts {
namespace {

using bytes = std::vector<std::uint8_t>;
using testing::exactly;

class judge : public testing::columns_judge {
 public:
    explicit judge(std::size_t samples)
        : columns_judge(
              {"##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">",
               "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"x\">"},
              samples
          ) {}

    std::uint8_t key() const { return static_cast<std::uint8_t>(columns_judge::key("GT")); }
};

std::string allele(std::mt19937& random, unsigned strange_of) {
    if (strange_of == 0 || random() % strange_of != 0) return std::to_string(random() % 3);
    switch (random() % 6) {
        case 0:
        case 1:
            return ".";
        case 2:
            return std::to_string(random() % 70);
        case 3:
            return "0" + std::to_string(random() % 9);
        default:
            return std::to_string(random() % 12);
    }
}

std::string genotype(std::mt19937& random, std::size_t ploidy, unsigned strange_of) {
    std::string out = allele(random, strange_of);
    for (std::size_t i = 1; i < ploidy; ++i) {
        out += random() % 2 == 0 ? '|' : '/';
        out += allele(random, strange_of);
    }
    return out;
}

/// Mostly of one ploidy, as lines are.
std::string columns_of(std::mt19937& random, std::size_t samples, unsigned strange_of) {
    const std::size_t usual = random() % 3 == 0 ? 1 + random() % 8 : 2;
    std::string out;
    for (std::size_t s = 0; s < samples; ++s) {
        const bool other = strange_of != 0 && random() % (4 * strange_of) == 0;
        out += genotype(random, other ? 1 + random() % 16 : usual, strange_of);
        if (s + 1 < samples) out += '\t';
    }
    return out;
}

std::vector<simd_level> levels() {
    std::vector<simd_level> out;
    for (const auto level : {simd_level::none, simd_level::avx2, simd_level::avx512}) {
        if (level <= best_simd()) out.push_back(level);
    }
    return out;
}

TEST(gt_columns, are_what_htslib_makes_of_them) {
    std::mt19937 random(11);
    std::size_t plain = 0;
    for (const std::size_t samples : {1U, 2U, 7U, 8U, 9U, 16U, 17U, 33U, 100U}) {
        judge htslib(samples);
        for (const auto level : levels()) {
            gt_columns ours(level);
            for (int turn = 0; turn < 600; ++turn) {
                const auto text = columns_of(random, samples, turn % 4 * 8);
                std::vector<char> room;
                const bool is_plain = ours.read(exactly(text, room), samples, htslib.key());
                if (!is_plain) continue;
                ++plain;
                const auto expected = htslib.individual("GT", text);
                ASSERT_TRUE(expected.has_value()) << text;
                const auto got = ours.individual();
                ASSERT_EQ(bytes(got.begin(), got.end()), *expected) << text;
            }
        }
    }
    EXPECT_GT(plain, 9U * levels().size() * 300U);
}

TEST(gt_columns, other_fields_behind_them_are_passed_over) {
    std::mt19937 random(13);
    constexpr std::size_t samples = 30;
    judge htslib(samples);
    gt_columns ours;
    for (int turn = 0; turn < 500; ++turn) {
        std::string text;
        for (std::size_t s = 0; s < samples; ++s) {
            text += genotype(random, 1 + random() % 3, turn % 3 * 4);
            if (random() % 8 != 0) text += ":" + std::to_string(random() % 300);
            if (s + 1 < samples) text += '\t';
        }
        const auto expected = htslib.individual("GT:DP", text);
        ASSERT_TRUE(expected.has_value()) << text;
        std::vector<char> room;
        const auto behind = gt_columns::tail::ignored;
        if (!ours.read(exactly(text, room), samples, htslib.key(), behind)) continue;
        const auto got = ours.individual();
        ASSERT_TRUE(std::equal(got.begin(), got.end(), expected->begin())) << text;
        EXPECT_FALSE(ours.read(exactly(text, room), samples, htslib.key()));
    }
}

TEST(gt_columns, what_htslib_refuses_is_not_plain) {
    std::mt19937 random(12);
    std::size_t refused = 0;
    std::size_t kept = 0;
    const std::string characters =
        "0123456789.|/\t:,-+ xA\0\x80"
        "\xff";
    constexpr std::size_t samples = 40;
    judge htslib(samples);
    for (const auto level : levels()) {
        gt_columns ours(level);
        for (int turn = 0; turn < 6000; ++turn) {
            auto text = columns_of(random, samples, 0);
            for (auto changes = random() % 3 + 1; changes > 0; --changes) {
                const auto at = random() % text.size();
                switch (random() % 3) {
                    case 0:
                        text[at] = characters[random() % characters.size()];
                        break;
                    case 1:
                        text.erase(at, 1);
                        break;
                    default:
                        text.insert(at, 1, characters[random() % characters.size()]);
                }
            }
            std::vector<char> room;
            const bool is_plain = ours.read(exactly(text, room), samples, htslib.key());
            const auto expected = htslib.individual("GT", text);
            if (!expected) {
                ++refused;
                ASSERT_FALSE(is_plain) << text;
            } else if (is_plain) {
                ++kept;
                const auto got = ours.individual();
                ASSERT_EQ(bytes(got.begin(), got.end()), *expected) << text;
            }
        }
    }
    EXPECT_GT(refused, 2000U);
    EXPECT_GT(kept, 1000U);
}

TEST(gt_columns, other_shapes_are_left_to_htslib) {
    gt_columns ours;
    for (const auto* text :
         {"",
          "\t",
          "0|1\t",
          "0|1",
          "0|1\t0|1\t0|1",
          "0|1\t63|0",
          "0|1\t0|1:5",
          "0|1\t|1",
          "0|1\t1|",
          "0|1\t0||1",
          "0|1\t 0|1",
          "0|1\t0/0/0/0/0/0/0/0/0/0/0/0/0/0/0"}) {
        EXPECT_FALSE(ours.read(text, 2, 1)) << text;
    }
    EXPECT_FALSE(ours.read("0|1", 0, 1));
    using namespace std::string_view_literals;
    EXPECT_TRUE(ours.read("0|1:5\t0|1:7"sv, 2, 1, gt_columns::tail::ignored));
    EXPECT_FALSE(ours.read("0|1:\0\t0|1:7"sv, 2, 1, gt_columns::tail::ignored));
    EXPECT_TRUE(ours.read("0|1\t62/.", 2, 1));
}

}  // namespace
}  // namespace callstream::hts
