// Whatever the calls are, compressed and inflated again they are those that call_writer writes.
#include "server/brapi/call_deflater.hpp"

#include "engine/variants/variant_file.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace callstream::brapi {
namespace {

using genotype::allele_encoding;
using testing::vcf_builder;

struct answer {
    std::string text;
    std::string packed;
};

/// What a page of a file is, from one call to another; in parts of a few calls each where `step`
/// says so.
struct page {
    std::uint64_t first = 0;
    std::uint64_t most = 1'000'000'000;
    std::uint64_t step = 1'000'000'000;
    bool pauses = false;
};

class call_deflater_test : public ::testing::Test {
 protected:
    static constexpr char terminator = ',';

    answer answer_of(const call_form& form, const page& wanted) {
        const auto file = variants::variant_file::open(path_).value();
        variants::set_cursor cursor{variants::set_view({file})};
        cursor.rewind().value();
        const auto names = cursor.reader().describe().samples;
        call_writer writer("d~a", "a\"b", form);
        for (std::size_t i = 0; i < names.size(); ++i) {
            writer.add_call_set("d~a~" + names[i], names[i], static_cast<std::uint32_t>(i));
        }
        call_deflater deflater(writer, terminator);
        text_buffer text;
        text_buffer packed;
        streaming::deflate_writer out;
        out.open(packed);
        bool owed = false;
        std::uint64_t number = 0;
        std::uint64_t left = wanted.most;
        while (const auto* record = cursor.next()) {
            const std::uint64_t row = number;
            number += names.size();
            if (number <= wanted.first || left == 0) continue;
            writer.enter(*record, cursor);
            deflater.enter();
            std::uint64_t at = row < wanted.first ? wanted.first - row : 0;
            while (at < names.size() && left > 0) {
                const auto count = deflater.write(out, at, std::min(left, wanted.step), owed);
                EXPECT_GE(count, 1U);
                EXPECT_EQ(writer.write(text, at, count, std::size_t(-1), terminator), count);
                owed = true;
                at += count;
                left -= count;
                if (!wanted.pauses && !out.is_full()) continue;
                out.pause();
                out.open(packed);
            }
        }
        if (owed) out.write({&terminator, 1});
        out.finish();
        return {std::string(text.view()), std::string(packed.view())};
    }

    void expect_same(const call_form& form, const page& wanted = {}) {
        const auto got = answer_of(form, wanted);
        const auto what = "members " + std::to_string(form.members) + ", encoding " +
                          std::to_string(static_cast<int>(form.format.encoding)) + ", from " +
                          std::to_string(wanted.first);
        // Not EXPECT_EQ: it would print megabytes.
        EXPECT_NO_THROW(EXPECT_TRUE(testing::gunzip(got.packed) == got.text) << what) << what;
    }
    void expect_same_in_all_forms() {
        for (const auto encoding :
             {allele_encoding::index, allele_encoding::bases, allele_encoding::dosage}) {
            call_form form;
            form.format.encoding = encoding;
            expect_same(form);
            form.format = {"\"", "\\\\", "", false};
            form.format.encoding = encoding;
            expect_same(form);
        }
        for (std::uint32_t bit = 1; bit <= all_call_members; bit <<= 1) {
            expect_same({.format = {}, .members = bit});
            expect_same({.format = {}, .members = all_call_members & ~bit});
        }
    }
    void write(const vcf_builder& vcf) { vcf.write_vcf_gz(path_); }

    testing::temp_dir dir_;
    std::filesystem::path path_ = dir_ / "a.vcf.gz";
};

std::vector<std::string> numbered(std::size_t count, const std::string& stem = "S") {
    std::vector<std::string> out;
    for (std::size_t i = 1; i <= count; ++i) out.push_back(stem + std::to_string(i));
    return out;
}

/// Records with genotypes drawn from `cells`, seldom those at its end.
vcf_builder drawn(
    std::size_t samples,
    std::size_t records,
    const std::vector<std::string>& cells,
    const std::string& format = "GT"
) {
    std::mt19937 random(11);
    vcf_builder vcf;
    vcf.samples(numbered(samples));
    for (std::size_t r = 0; r < records; ++r) {
        std::vector<std::string> row;
        for (std::size_t s = 0; s < samples; ++s) {
            const auto low = std::min(random() % cells.size(), random() % cells.size());
            row.push_back(cells[random() % 4 == 0 ? low : 0]);
        }
        const auto name = r % 3 == 0 ? "rs" + std::to_string(random() % 100'000) : ".";
        vcf.record("1", static_cast<long>(5 + r * 37), format, row, name, "C,GG,T");
    }
    return vcf;
}

const std::vector<std::string> diploid = {
    "0|0", "0|1", "1|1", "1|0", "./.", "2/1", ".|1", "3|3", "0"};

TEST_F(call_deflater_test, calls_of_genotypes_alone) {
    write(drawn(150, 60, diploid));
    expect_same_in_all_forms();
}

TEST_F(call_deflater_test, calls_with_other_fields) {
    write(drawn(
        20,
        80,
        {"0|0:7,0:35,0,40:1:x", "0/1:12,118:0,3,9:22:a\"b", "./.:.:.:.:.", "1|1:0,1:255,0,1:.:y"},
        "GT:AD:PL:PS:NT"
    ));
    expect_same_in_all_forms();
}

TEST_F(call_deflater_test, every_ploidy) {
    for (const auto& cells : std::vector<std::vector<std::string>>{
             {"0", "1", ".", "2"},
             {"0/0/0", "0/1/1", "././.", "3/2/1"},
             {"0/0/0/0", "0/1/0/1", "1/1/1/1", "0/0/0/1", "0|1|1|1", "././././.", "2/2/3/1"},
             {"0/0/0/0/0/0/0/0", "0/1/0/1/0/1/0/1"},
             {"0/0/0/0/0/0/0/0/0", "0/1/0/1/0/1/0/1/1"}}) {
        write(drawn(70, 70, cells));
        expect_same({});
    }
}

TEST_F(call_deflater_test, one_call_set) {
    write(drawn(1, 4000, diploid));
    expect_same_in_all_forms();
}

TEST_F(call_deflater_test, few_call_sets) {
    for (const std::size_t samples : {2, 3, 5}) {
        write(drawn(samples, 900, diploid));
        expect_same({});
    }
}

TEST_F(call_deflater_test, a_row_that_is_longer_than_a_copy_reaches) {
    write(drawn(1200, 12, diploid));
    expect_same_in_all_forms();
}

TEST_F(call_deflater_test, names_of_any_length_and_letters) {
    std::mt19937 random(5);
    std::vector<std::string> names;
    for (int i = 0; i < 60; ++i) {
        std::string name;
        for (std::size_t n = 1 + random() % (i % 7 == 0 ? 9000 : 12); n > 0; --n) {
            name += std::vector<std::string>{
                "\xC3\xBC", "\xE6\xB1\x89", "a", "1", "\"", "\\"}[random() % 6];
        }
        names.push_back(name + std::to_string(i));
    }
    vcf_builder vcf;
    vcf.samples(names);
    for (long r = 1; r <= 60; ++r) {
        std::vector<std::string> row;
        for (std::size_t s = 0; s < names.size(); ++s) row.push_back(diploid[random() % 3]);
        vcf.record("2", r * 1000, "GT", row);
    }
    write(vcf);
    expect_same({});
    expect_same(
        {.format = {},
         .members = all_call_members & ~static_cast<std::uint32_t>(call_member::call_set_id)}
    );
}

TEST_F(call_deflater_test, pages_that_begin_and_end_within_a_row) {
    write(drawn(50, 200, diploid));
    for (std::uint64_t first = 0; first < 120; first += 7) {
        expect_same({}, {.first = first, .most = first * 5 + 1});
    }
}

TEST_F(call_deflater_test, parts_of_any_size) {
    write(drawn(50, 200, diploid));
    for (const std::uint64_t step : {1, 2, 3, 49, 63, 64, 65}) {
        expect_same({}, {.step = step});
        expect_same({}, {.step = step, .pauses = true});
    }
}

TEST_F(call_deflater_test, an_answer_is_much_smaller_than_its_text) {
    write(drawn(500, 100, diploid));
    const auto got = answer_of({}, {});
    EXPECT_GT(got.text.size() / got.packed.size(), 20U);
}

}  // namespace
}  // namespace callstream::brapi
