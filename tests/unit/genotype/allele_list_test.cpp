#include "engine/genotype/allele_list.hpp"

#include "engine/core/error.hpp"
#include "tests/support/genotype_reference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::genotype {
namespace {

using hts::value_type;
using testing::bcf_bytes;
using ::testing::ElementsAre;
using testing::encode_alleles;
using testing::owned_field;
using testing::parse_alleles;

constexpr value_type integer_types[] = {value_type::int8, value_type::int16, value_type::int32};

bcf_bytes samples(const std::vector<std::string>& texts, value_type type, std::uint32_t ploidy) {
    bcf_bytes out;
    for (const auto& text : texts) encode_alleles(out, parse_alleles(text), type, ploidy);
    return out;
}

std::vector<int> dosages(
    const std::vector<std::string>& texts, value_type type, std::uint32_t ploidy, bool twice = false
) {
    const auto bytes = samples(texts, type, ploidy);
    std::vector<std::uint32_t> all;
    for (std::uint32_t i = 0; i < texts.size(); ++i) all.push_back(i);
    std::vector<std::int8_t> out(texts.size());
    dosage_reader(twice).read(&*owned_field(type, ploidy, bytes), all, out.data());
    return {out.begin(), out.end()};
}

TEST(allele_list, has_the_indexes_of_one_sample) {
    std::vector<std::int32_t> out;
    for (const auto type : integer_types) {
        const auto bytes = samples({"0/1", "./2", "1"}, type, 2);
        const owned_field field(type, 2, bytes);
        read_alleles(*field, 0, out);
        EXPECT_THAT(out, ElementsAre(0, 1));
        read_alleles(*field, 1, out);
        EXPECT_THAT(out, ElementsAre(missing_allele, 2));
        read_alleles(*field, 2, out);
        EXPECT_THAT(out, ElementsAre(1)) << "the vector ends early";
    }
    const bcf_bytes text = bcf_bytes().text("0/1");
    EXPECT_THROW(read_alleles(*owned_field(value_type::text, 3, text), 0, out), damaged_file);
}

TEST(dosage_reader, counts_what_is_not_ref) {
    for (const auto type : integer_types) {
        EXPECT_THAT(
            dosages({"0/0", "0|1", "1/2", "./1", "./.", "9/0", "1", "0", "."}, type, 2),
            ElementsAre(0, 1, 2, -1, -1, 1, 1, 0, -1)
        );
        EXPECT_THAT(dosages({"1", "0", ".", "0/1"}, type, 2, true), ElementsAre(2, 0, -1, 1));
        EXPECT_THAT(dosages({"0/1/1/2", "0/0/0/."}, type, 4), ElementsAre(3, -1));
    }
}

TEST(dosage_reader, takes_samples_in_the_order_asked_for) {
    const auto bytes = samples({"0/0", "0/1", "1/1"}, value_type::int8, 2);
    const std::vector<std::uint32_t> order = {2, 0};
    std::vector<std::int8_t> out(2);
    dosage_reader(false).read(&*owned_field(value_type::int8, 2, bytes), order, out.data());
    EXPECT_THAT(out, ElementsAre(2, 0));
    dosage_reader(false).read(nullptr, order, out.data());
    EXPECT_THAT(out, ElementsAre(-1, -1)) << "no GT field";
}

}  // namespace
}  // namespace callstream::genotype
