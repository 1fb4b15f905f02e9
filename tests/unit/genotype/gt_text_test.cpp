#include "engine/genotype/gt_text.hpp"

#include "engine/core/error.hpp"
#include "tests/support/genotype_reference.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace callstream::genotype {
namespace {

using hts::value_type;
using testing::alleles;
using testing::bcf_bytes;
using testing::encode_alleles;
using testing::expected_text;
using testing::largest_allele;
using testing::owned_field;
using testing::parse_alleles;

constexpr value_type integer_types[] = {value_type::int8, value_type::int16, value_type::int32};

/// Into memory of exactly the room that was promised, so that a sanitizer sees one byte too far.
std::string write(const gt_writer& writer, const hts::format_field& field, std::size_t sample) {
    const std::size_t room = writer.room(field.per_sample);
    const std::unique_ptr<char[]> out(new char[room]);
    const char* end = writer.write(out.get(), field, sample);
    return std::string(out.get(), static_cast<std::size_t>(end - out.get()));
}

std::string write(
    const gt_writer& writer, const alleles& g, value_type type, std::uint32_t per_sample
) {
    bcf_bytes values;
    encode_alleles(values, g, type, per_sample);
    return write(writer, *owned_field(type, per_sample, values), 0);
}

std::vector<genotype_format> formats() {
    std::vector<genotype_format> out;
    for (const bool expand : {true, false}) {
        out.push_back({"|", "/", ".", expand});
        out.push_back({"", "", "", expand});
        out.push_back({"", "/", "N", expand});
        out.push_back({"\\\"", "\xC3\xA9\xE2\x86\x92", "\\u0000", expand});
        out.push_back({"thirteen-char", "/", "-1", expand});  // the longest that fit a piece
        out.push_back({"fourteen-chars", "/", "N", expand});  // a byte too long
        out.push_back({"|", std::string(40, '-'), ".", expand});
        out.push_back({"|", "/", std::string(70, 'N'), expand});
        out.push_back({"", "", "fifteen letters", expand});
        out.push_back({"|", "/", "fifteen letters", expand});
    }
    return out;
}

/// Every genotype of this ploidy with these alleles and every phase, the first allele's included.
std::vector<alleles> all_genotypes(
    std::size_t ploidy, const std::vector<std::optional<std::uint32_t>>& values
) {
    std::vector<alleles> out = {{}};
    for (std::size_t i = 0; i < ploidy; ++i) {
        std::vector<alleles> longer;
        for (const auto& shorter : out) {
            for (const auto& value : values) {
                for (const bool phased : {false, true}) {
                    longer.push_back(shorter);
                    longer.back().push_back({value, phased});
                }
            }
        }
        out = std::move(longer);
    }
    return out;
}

void expect_like_reference(const std::vector<alleles>& genotypes, std::uint32_t padding) {
    for (const auto& format : formats()) {
        const gt_writer writer(format);
        for (const auto& g : genotypes) {
            const std::string expected = expected_text(g, format);
            for (const auto type : integer_types) {
                const auto fits = [&](const auto& a) {
                    return a.index.value_or(0) <= largest_allele(type);
                };
                if (!std::all_of(g.begin(), g.end(), fits)) continue;
                const auto per_sample = static_cast<std::uint32_t>(g.size()) + padding;
                ASSERT_EQ(write(writer, g, type, per_sample), expected)
                    << "type " << static_cast<int>(type) << ", padding " << padding;
            }
        }
    }
}

TEST(gt_text, follows_the_rules_for_every_haploid_and_diploid_genotype) {
    const std::vector<std::optional<std::uint32_t>> values = {
        std::nullopt, 0, 1, 2, 9, 10, 61, 62, 63, 127, 16'382, 16'383, 40'000, 1'073'741'822};
    for (const std::size_t ploidy : {1U, 2U}) {
        for (const std::uint32_t padding : {0U, 1U}) {
            expect_like_reference(all_genotypes(ploidy, values), padding);
        }
    }
}

TEST(gt_text, follows_the_rules_for_every_triploid_and_tetraploid_genotype) {
    expect_like_reference(all_genotypes(3, {std::nullopt, 0, 1, 10, 70}), 1);
    expect_like_reference(all_genotypes(4, {std::nullopt, 0, 12}), 0);
}

TEST(gt_text, an_octoploid_genotype_keeps_each_of_its_separators) {
    const std::string text = "0/1|2/3|4/5|60/10";
    for (const auto type : integer_types) {
        EXPECT_EQ(write(gt_writer({}), parse_alleles(text), type, 8), text);
    }
}

TEST(gt_text, the_usual_genotypes_read_as_in_the_vcf) {
    struct row {
        const char* vcf;
        const char* expanded;
        const char* collapsed;
    };
    const row table[] = {
        {"0/0", "0/0", "0"},
        {"0|0", "0|0", "0"},
        {"0/1", "0/1", "0/1"},
        {"1|0", "1|0", "1|0"},
        {"1", "1", "1"},
        {"./.", ".", "."},
        {".|.", ".", "."},
        {".", ".", "."},
        {"./1", "./1", "./1"},
        {"1|.", "1|.", "1|."},
        {"12/12", "12/12", "12"},
        {"1/1/1/1", "1/1/1/1", "1"},
        {"1/1|1/1", "1/1|1/1", "1"},
        {"0/0/0/1", "0/0/0/1", "0/0/0/1"},
        {"1/./1", "1/./1", "1/./1"},
        {"|0", "0", "0"},
        {"|0|1", "0|1", "0|1"},
    };
    const gt_writer expanding({"|", "/", ".", true});
    const gt_writer collapsing({"|", "/", ".", false});
    for (const auto& [vcf, expanded, collapsed] : table) {
        const auto g = parse_alleles(vcf);
        const auto ploidy = static_cast<std::uint32_t>(g.size());
        for (const auto type : integer_types) {
            EXPECT_EQ(write(expanding, g, type, ploidy), expanded) << vcf;
            EXPECT_EQ(write(collapsing, g, type, ploidy), collapsed) << vcf;
        }
    }
}

TEST(gt_text, samples_of_different_ploidy_share_a_field) {
    const std::vector<std::string> cells = {"0/1/2", "1", ".", "1|1", "0/./0"};
    for (const auto type : integer_types) {
        bcf_bytes values;
        for (const auto& cell : cells) encode_alleles(values, parse_alleles(cell), type, 3);
        const owned_field field(type, 3, values);
        for (std::size_t i = 0; i < cells.size(); ++i) {
            EXPECT_EQ(write(gt_writer({}), *field, i), cells[i]);
        }
    }
}

TEST(gt_text, a_sample_without_any_value_is_unknown) {
    const gt_writer writer({"|", "/", "N", false});
    for (const auto type : integer_types) {
        EXPECT_EQ(write(writer, {}, type, 2), "N");
        EXPECT_EQ(write(writer, {}, type, 0), "N");
    }
    EXPECT_EQ(write(writer, *owned_field(value_type::absent, 0, {}), 0), "N");
}

TEST(gt_text, a_record_without_the_field_is_unknown) {
    for (const auto& format : formats()) {
        const gt_writer writer(format);
        const std::unique_ptr<char[]> out(new char[writer.room(0)]);
        const char* end = writer.write_unknown(out.get());
        EXPECT_EQ(
            std::string_view(out.get(), static_cast<std::size_t>(end - out.get())), format.unknown
        );
    }
}

TEST(gt_text, values_that_are_no_alleles_read_as_missing) {
    const gt_writer writer({});
    for (const auto type : integer_types) {
        const std::size_t size = hts::size_of(type);
        const std::int64_t smallest = -(std::int64_t{1} << (8 * size - 1));
        for (const std::int64_t odd : {smallest, smallest + 2, smallest + 7, std::int64_t{-1}}) {
            const bcf_bytes values = bcf_bytes().value(odd, size).value(5, size);
            EXPECT_EQ(write(writer, *owned_field(type, 2, values), 0), ".|1") << odd;
            const bcf_bytes second = bcf_bytes().value(5, size).value(odd, size);
            EXPECT_EQ(write(writer, *owned_field(type, 2, second), 0), "1/.") << odd;
        }
    }
}

TEST(gt_text, what_follows_the_end_of_the_vector_does_not_count) {
    for (const auto type : integer_types) {
        const std::size_t size = hts::size_of(type);
        const std::int64_t end = -(std::int64_t{1} << (8 * size - 1)) + 1;
        const bcf_bytes values = bcf_bytes().value(4, size).value(end, size).value(2, size);
        EXPECT_EQ(write(gt_writer({}), *owned_field(type, 3, values), 0), "1");
    }
}

TEST(gt_text, a_gt_of_floats_or_text_is_damage) {
    const gt_writer writer({});
    const bcf_bytes values = bcf_bytes().real(1).real(2);
    EXPECT_THROW(write(writer, *owned_field(value_type::float32, 2, values), 0), damaged_file);
    EXPECT_THROW(write(writer, *owned_field(value_type::text, 8, values), 0), damaged_file);
}

struct encoded_row {
    const char* genotype;
    const char* bases;
    const char* dosage;
};

TEST(gt_text, alleles_can_be_bases_and_genotypes_dosages) {
    constexpr encoded_row table[] = {
        {"0/1", "A/CT", "1"},
        {"1|1", "CT|CT", "2"},
        {"0/0", "A/A", "0"},
        {"2/1", "<DEL>/CT", "2"},
        {"./.", ".", "."},
        {"./1", "./CT", "."},
        {"1", "CT", "1"},
        {"0/1/1/2", "A/CT/CT/<DEL>", "3"},
        {"0|0|0/0", "A|A|A/A", "0"},
    };
    const std::vector<std::string_view> names = {"A", "CT", "<DEL>"};
    gt_writer bases({.encoding = allele_encoding::bases});
    const gt_writer dosage({.encoding = allele_encoding::dosage});
    bases.enter_record(names);
    for (const auto type : integer_types) {
        for (const auto& row : table) {
            const auto g = parse_alleles(row.genotype);
            const auto ploidy = static_cast<std::uint32_t>(g.size());
            for (const auto per_sample : {ploidy, ploidy + 2}) {
                EXPECT_EQ(write(bases, g, type, per_sample), row.bases);
                EXPECT_EQ(write(dosage, g, type, per_sample), row.dosage);
            }
        }
    }
}

TEST(gt_text, bases_follow_the_record) {
    gt_writer writer({.expand_homozygotes = false, .encoding = allele_encoding::bases});
    const std::vector<std::string_view> snp = {"A", "C"};
    const std::vector<std::string_view> other = {"G", "T", "TTTTTTTTTTTTTTTTTTTT"};
    const auto text = [&](const char* g) {
        return write(writer, parse_alleles(g), value_type::int8, 2);
    };
    writer.enter_record(snp);
    EXPECT_EQ(text("0/1"), "A/C");
    EXPECT_EQ(text("1/1"), "C");
    EXPECT_EQ(text("1/2"), "C/.") << "the record has no such allele";
    writer.enter_record(other);
    EXPECT_EQ(text("0/1"), "G/T");
    EXPECT_EQ(text("2/0"), "TTTTTTTTTTTTTTTTTTTT/G");
    writer.enter_record(snp);
    EXPECT_EQ(text("0/0"), "A");
}

TEST(gt_text, rows_have_their_samples_in_the_order_asked_for) {
    for (const auto type : integer_types) {
        for (const auto& frame : {cell_frame{"\"", "\","}, cell_frame{"", std::string(30, '-')}}) {
            bcf_bytes values;
            std::vector<std::uint32_t> backwards;
            std::string wanted;
            constexpr std::uint32_t samples = 1300;  // more than are written at once
            for (std::uint32_t i = 0; i < samples; ++i) {
                encode_alleles(values, parse_alleles(i % 3 == 0 ? "0|1" : "./."), type, 2);
                backwards.push_back(samples - 1 - i);
                const bool known = backwards.back() % 3 == 0;
                wanted += frame.before + (known ? "0|1" : ".") + frame.after;
            }
            text_buffer out;
            gt_writer({}, frame).write_row(out, &*owned_field(type, 2, values), backwards);
            EXPECT_EQ(out.view(), wanted);
        }
    }
    text_buffer out;
    gt_writer({}, {"[", "]"}).write_row(out, nullptr, std::vector<std::uint32_t>{0, 7});
    EXPECT_EQ(out.view(), "[.][.]") << "no GT field";
}

/// GT bytes of a row: mostly what a panel has, some of everything else.
std::vector<std::uint8_t> random_row(std::mt19937& random, std::size_t bytes, unsigned strange_of) {
    std::vector<std::uint8_t> out(bytes);
    for (auto& byte : out) {
        const bool strange = strange_of != 0 && random() % strange_of == 0;
        byte = static_cast<std::uint8_t>(strange ? random() : 2 + random() % 4);
        if (strange && random() % 3 == 0) byte = random() % 2 == 0 ? 0 : 0x81;
    }
    return out;
}

/// Samples in three orders: all, a run from the middle, any.
std::vector<std::vector<std::uint32_t>> orders_of(std::mt19937& random, std::uint32_t samples) {
    std::vector<std::uint32_t> all(samples);
    std::iota(all.begin(), all.end(), 0U);
    std::vector<std::uint32_t> some(all.begin() + samples / 3, all.end());
    auto any = all;
    std::shuffle(any.begin(), any.end(), random);
    return {all, some, any};
}

TEST(gt_text, rows_are_the_genotypes_one_by_one_at_every_level) {
    std::mt19937 random(7);
    std::vector<genotype_format> formats(6);
    formats[1].separator_phased = "";
    formats[2].unknown = "NA";
    formats[3].expand_homozygotes = false;
    formats[4].encoding = allele_encoding::bases;
    formats[5].encoding = allele_encoding::dosage;
    const std::vector<cell_frame> frames = {
        {}, {"\"", "\","}, {"", "\t"}, {"abcdef", "gh"}, {"0123456789ab", "cde"}};
    const std::vector<std::vector<std::string_view>> bases = {{"A", "C"}, {"A", "CT", "G"}, {"A"}};
    std::size_t compared = 0;
    for (const auto level : {simd_level::none, simd_level::avx2, simd_level::avx512}) {
        if (level > best_simd()) continue;
        for (const auto& format : formats) {
            for (const auto& frame : frames) {
                gt_writer rows(format, frame, level);
                gt_writer one(format, frame, simd_level::none);
                for (int turn = 0; turn < 90; ++turn) {
                    const auto& known = bases[random() % bases.size()];
                    rows.enter_record(known);
                    one.enter_record(known);
                    const auto ploidy = static_cast<std::uint32_t>(1 + random() % 9);
                    const auto samples = static_cast<std::uint32_t>(1 + random() % 200);
                    const auto bytes = random_row(random, ploidy * samples, turn % 3 * 40);
                    const hts::format_field field{1, value_type::int8, ploidy, bytes};
                    for (const auto& order : orders_of(random, samples)) {
                        text_buffer out;
                        rows.write_row(out, &field, order);
                        std::string expected;
                        for (const auto s : order) expected += write(one, field, s);
                        ASSERT_EQ(out.view(), expected)
                            << static_cast<int>(level) << " " << ploidy << " " << samples;
                        compared += order.size();
                    }
                }
            }
        }
    }
    EXPECT_GT(compared, 500'000U);
}

}  // namespace
}  // namespace callstream::genotype
