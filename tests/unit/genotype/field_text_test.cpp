#include "engine/genotype/field_text.hpp"

#include "tests/support/bcf_bytes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace callstream::genotype {
namespace {

using hts::value_type;
using testing::bcf_bytes;
using testing::owned_field;

constexpr std::int64_t missing = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t vector_end = missing + 1;
constexpr std::uint32_t float_missing_bits = 0x7F800001;
constexpr std::uint32_t float_end_bits = 0x7F800002;

/// Integers of one sample, with the sentinels of the type.
bcf_bytes integers(value_type type, const std::vector<std::int64_t>& values) {
    bcf_bytes out;
    const std::size_t size = hts::size_of(type);
    const std::int64_t smallest = -(std::int64_t{1} << (8 * size - 1));
    for (const auto v : values) {
        out.value(v == missing ? smallest : v == vector_end ? smallest + 1 : v, size);
    }
    return out;
}

std::string numbers(value_type type, std::size_t count, const bcf_bytes& values) {
    text_buffer out;
    const owned_field field(type, static_cast<std::uint32_t>(count), values);
    append_numbers(out, *field, 0, "?");
    return std::string(out.view());
}

/// "(false)" when nothing was said; then nothing may be written either.
std::string likelihoods(value_type type, std::size_t count, const bcf_bytes& values, bool phred) {
    text_buffer out;
    const owned_field field(type, static_cast<std::uint32_t>(count), values);
    const bool said = append_likelihoods(out, *field, 0, phred);
    EXPECT_TRUE(said || out.empty());
    return said ? std::string(out.view()) : "(false)";
}

TEST(append_numbers, joins_integers_with_commas) {
    const std::pair<std::vector<std::int64_t>, std::string> table[] = {
        {{35}, "35"},
        {{0}, "0"},
        {{-5, 100}, "-5,100"},
        {{1, missing, 3}, "1,?,3"},
        {{missing}, "?"},
        {{missing, missing}, "?,?"},
        {{7, vector_end}, "7"},
        {{7, vector_end, 9}, "7"},
        {{vector_end, vector_end}, "?"},
        {{missing, vector_end}, "?"},
        {{}, "?"},
    };
    for (const auto& [values, text] : table) {
        for (const auto type : {value_type::int8, value_type::int16, value_type::int32}) {
            EXPECT_EQ(numbers(type, values.size(), integers(type, values)), text);
        }
    }
}

TEST(append_numbers, keeps_the_largest_and_smallest_integers) {
    const auto widest = integers(value_type::int32, {2'147'483'647, -2'147'483'646});
    EXPECT_EQ(numbers(value_type::int32, 2, widest), "2147483647,-2147483646");
    EXPECT_EQ(numbers(value_type::int8, 2, integers(value_type::int8, {127, -126})), "127,-126");
    const auto middle = integers(value_type::int16, {32'767, -32'766});
    EXPECT_EQ(numbers(value_type::int16, 2, middle), "32767,-32766");
}

TEST(append_numbers, writes_floats_in_their_shortest_exact_form) {
    const std::pair<float, std::string> table[] = {
        {0.1F, "0.1"},
        {1.0F, "1"},
        {-2.5F, "-2.5"},
        {0.333333343F, "0.33333334"},
        {16'777'216.0F, "16777216"},
    };
    for (const auto& [value, text] : table) {
        EXPECT_EQ(numbers(value_type::float32, 1, bcf_bytes().real(value)), text);
    }
    for (const float value : {std::numeric_limits<float>::denorm_min(), 3.4028235e38F, 1e-20F}) {
        const std::string text = numbers(value_type::float32, 1, bcf_bytes().real(value));
        EXPECT_EQ(std::strtof(text.c_str(), nullptr), value) << text;
    }
}

TEST(append_numbers, knows_the_missing_float_from_other_nans) {
    const auto values =
        bcf_bytes().real(0.5F).value(float_missing_bits, 4).value(float_end_bits, 4).real(9);
    EXPECT_EQ(numbers(value_type::float32, 4, values), "0.5,?");
    EXPECT_EQ(numbers(value_type::float32, 1, bcf_bytes().value(float_end_bits, 4)), "?");
}

TEST(append_numbers, takes_the_values_of_the_sample_that_was_asked_for) {
    const bcf_bytes values = bcf_bytes().value(1, 2).value(2, 2).value(3, 2).value(4, 2);
    const owned_field field(value_type::int16, 2, values);
    text_buffer out;
    out.append("before:");
    append_numbers(out, *field, 1, "?");
    EXPECT_EQ(out.view(), "before:3,4");
}

TEST(text_value, is_nothing_when_the_value_is_missing) {
    const auto text_of = [](const std::string& stored) -> std::optional<std::string> {
        const owned_field field(
            value_type::text, static_cast<std::uint32_t>(stored.size()), bcf_bytes().text(stored)
        );
        const auto text = text_value(*field, 0);
        return text ? std::optional<std::string>(*text) : std::nullopt;
    };
    EXPECT_EQ(text_of("note"), "note");
    EXPECT_EQ(text_of(std::string("no\0\0", 4)), "no");
    EXPECT_EQ(text_of("a,b"), "a,b");
    EXPECT_EQ(text_of(".."), "..");
    for (const auto& stored :
         {std::string(),
          std::string("."),
          std::string(".\0\0", 3),
          std::string(3, '\0'),
          std::string("\7\0", 2)}) {
        EXPECT_EQ(text_of(stored), std::nullopt) << ::testing::PrintToString(stored);
    }
}

TEST(append_number_texts, writes_each_number_as_a_text) {
    const auto texts = [](value_type type, const std::vector<std::int64_t>& values) {
        text_buffer out;
        const owned_field field(
            type, static_cast<std::uint32_t>(values.size()), integers(type, values)
        );
        out.append('>');
        const bool said = append_number_texts(out, (*field).values_of(0));
        EXPECT_EQ(said, out.size() > 1);
        return std::string(out.view().substr(1));
    };
    for (const auto type : {value_type::int8, value_type::int16, value_type::int32}) {
        EXPECT_EQ(texts(type, {3, missing, -7}), R"(["3",".","-7"])");
        EXPECT_EQ(texts(type, {100, vector_end, vector_end}), R"(["100"])");
        EXPECT_EQ(texts(type, {missing, missing}), "") << "no value is no list";
        EXPECT_EQ(texts(type, {vector_end}), "");
    }
}

TEST(append_likelihoods, divides_phred_values_by_minus_ten_exactly) {
    const std::pair<std::int64_t, std::string> table[] = {
        {0, "[0]"},
        {35, "[-3.5]"},
        {30, "[-3]"},
        {1, "[-0.1]"},
        {9, "[-0.9]"},
        {10, "[-1]"},
        {255, "[-25.5]"},
        {-5, "[0.5]"},
        {2'147'483'647, "[-214748364.7]"},
        {-2'147'483'646, "[214748364.6]"},
    };
    for (const auto& [phred, text] : table) {
        const auto values = integers(value_type::int32, {phred});
        EXPECT_EQ(likelihoods(value_type::int32, 1, values, true), text);
    }
}

TEST(append_likelihoods, writes_log10_values_as_they_are) {
    const auto values = bcf_bytes().real(-0.48F).real(0).real(-5);
    EXPECT_EQ(likelihoods(value_type::float32, 3, values, false), "[-0.48,0,-5]");
    const auto whole = integers(value_type::int8, {-3, 0});
    EXPECT_EQ(likelihoods(value_type::int8, 2, whole, false), "[-3,0]");
}

TEST(append_likelihoods, a_phred_value_may_be_a_float) {
    const auto values = bcf_bytes().real(35).real(0).real(2.5F);
    EXPECT_EQ(likelihoods(value_type::float32, 3, values, true), "[-3.5,0,-0.25]");
}

TEST(append_likelihoods, what_json_has_no_number_for_is_null) {
    constexpr float infinite = std::numeric_limits<float>::infinity();
    const auto values = bcf_bytes()
                            .real(-infinite)
                            .real(infinite)
                            .real(std::nanf(""))
                            .value(float_missing_bits, 4)
                            .real(-1);
    EXPECT_EQ(likelihoods(value_type::float32, 5, values, false), "[null,null,null,null,-1]");
    const auto some = integers(value_type::int16, {0, missing, 35});
    EXPECT_EQ(likelihoods(value_type::int16, 3, some, true), "[0,null,-3.5]");
}

TEST(append_likelihoods, a_shorter_vector_gives_a_shorter_array) {
    const auto values = integers(value_type::int8, {0, 35, vector_end});
    EXPECT_EQ(likelihoods(value_type::int8, 3, values, true), "[0,-3.5]");
}

TEST(append_likelihoods, says_nothing_without_a_value) {
    for (const auto& values : std::vector<std::vector<std::int64_t>>{
             {},
             {missing},
             {missing, missing, missing},
             {vector_end, vector_end},
             {missing, vector_end}}) {
        const auto bytes = integers(value_type::int16, values);
        EXPECT_EQ(likelihoods(value_type::int16, values.size(), bytes, true), "(false)");
    }
    const auto floats = bcf_bytes().value(float_missing_bits, 4).value(float_end_bits, 4);
    EXPECT_EQ(likelihoods(value_type::float32, 2, floats, false), "(false)");
    EXPECT_EQ(likelihoods(value_type::text, 3, bcf_bytes().text("abc"), false), "(false)");
}

std::string info_text(value_type type, std::size_t count, const bcf_bytes& values) {
    text_buffer out;
    append_info_value(out, {0, type, static_cast<std::uint32_t>(count), values.bytes()});
    return std::string(out.view());
}

TEST(append_info_value, writes_what_stands_behind_the_equals_sign) {
    const auto bytes = integers(value_type::int16, {300, missing, -5});
    EXPECT_EQ(info_text(value_type::int16, 3, bytes), "300,.,-5");
    EXPECT_EQ(info_text(value_type::int16, 1, integers(value_type::int16, {missing})), ".");
    EXPECT_EQ(info_text(value_type::float32, 2, bcf_bytes().real(0.1F).real(1e-9F)), "0.1,1e-09");
    EXPECT_EQ(info_text(value_type::text, 4, bcf_bytes().text("a,bc")), "a,bc");
    EXPECT_EQ(info_text(value_type::text, 1, bcf_bytes().text("\x07")), ".");
    EXPECT_EQ(info_text(value_type::absent, 0, bcf_bytes()), "");
}

}  // namespace
}  // namespace callstream::genotype
