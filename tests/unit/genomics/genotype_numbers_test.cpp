#include "server/genomics/genotype_numbers.hpp"

#include "engine/core/error.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace callstream::genomics {
namespace {

/// GT of one sample as a file has it.
template <class Integer>
struct genotype {
    explicit genotype(std::vector<Integer> values) : bytes(values.size() * sizeof(Integer)) {
        std::memcpy(bytes.data(), values.data(), bytes.size());
        field.per_sample = static_cast<std::uint32_t>(values.size());
        field.type = sizeof(Integer) == 1   ? hts::value_type::int8
                     : sizeof(Integer) == 2 ? hts::value_type::int16
                                            : hts::value_type::int32;
        field.bytes = bytes;
    }
    std::vector<std::uint8_t> bytes;
    hts::format_field field;
};

template <class Integer>
std::string numbers_of(std::vector<Integer> values, bool* is_phased = nullptr) {
    const genotype<Integer> made(std::move(values));
    text_buffer out;
    const bool phased = append_genotype_numbers(out, made.field, 0);
    if (is_phased != nullptr) *is_phased = phased;
    return std::string(out.view());
}

/// As BCF has an allele: its number plus one, and the phase bit.
constexpr int allele(int number, bool phased = false) {
    return (number + 1) * 2 + (phased ? 1 : 0);
}

struct row {
    std::vector<int> values;
    const char* text;
    bool is_phased;
};

constexpr int end_of_vector = -127;
constexpr int missing_value = -128;

const std::vector<row> rows = {
    {{allele(0), allele(1)}, "[0,1]", false},
    {{allele(0), allele(1, true)}, "[0,1]", true},
    {{allele(-1), allele(-1)}, "[-1,-1]", false},
    {{allele(-1), allele(2, true)}, "[-1,2]", true},
    {{allele(6), allele(5)}, "[6,5]", false},
    {{allele(7), allele(60)}, "[7,60]", false},
    {{allele(1)}, "[1]", false},
    {{allele(1, true)}, "[1]", false},
    {{allele(1), end_of_vector}, "[1]", false},
    {{end_of_vector, end_of_vector}, "[]", false},
    {{missing_value, end_of_vector}, "[-1]", false},
    {{allele(0), missing_value}, "[0,-1]", false},
    {{allele(0), allele(1, true), allele(1, true), allele(0, true)}, "[0,1,1,0]", true},
    {{allele(0), allele(1, true), allele(1), allele(0, true)}, "[0,1,1,0]", false},
    {{allele(0), allele(1, true), end_of_vector}, "[0,1]", true},
};

TEST(genotype_numbers, are_alleles_and_whether_they_are_phased) {
    for (const auto& r : rows) {
        bool is_phased = false;
        EXPECT_EQ(
            numbers_of(std::vector<std::int8_t>(r.values.begin(), r.values.end()), &is_phased),
            r.text
        );
        EXPECT_EQ(is_phased, r.is_phased) << r.text;
    }
}

TEST(genotype_numbers, are_read_from_wider_integers) {
    EXPECT_EQ(numbers_of(std::vector<std::int16_t>{allele(300), allele(0, true)}), "[300,0]");
    EXPECT_EQ(numbers_of(std::vector<std::int16_t>{allele(1), -32767}), "[1]");
    EXPECT_EQ(numbers_of(std::vector<std::int32_t>{allele(70'000), allele(-1)}), "[70000,-1]");
    EXPECT_EQ(numbers_of(std::vector<std::int32_t>{allele(1), INT32_MIN + 1}), "[1]");
}

TEST(genotype_numbers, are_those_of_the_sample) {
    const genotype<std::int8_t> made({allele(0), allele(0), allele(1), allele(2, true)});
    auto field = made.field;
    field.per_sample = 2;
    text_buffer out;
    EXPECT_TRUE(append_genotype_numbers(out, field, 1));
    EXPECT_EQ(out.view(), "[1,2]");
}

TEST(genotype_numbers, are_no_floats_and_no_texts) {
    for (const auto type : {hts::value_type::float32, hts::value_type::text}) {
        genotype<std::int32_t> made({allele(0), allele(1)});
        made.field.type = type;
        text_buffer out;
        EXPECT_THROW(append_genotype_numbers(out, made.field, 0), damaged_file);
    }
}

}  // namespace
}  // namespace callstream::genomics
