#include "engine/hts/field_columns.hpp"

#include "tests/support/columns_judge.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

namespace callstream::hts {
namespace {

using bytes = std::vector<std::uint8_t>;
using kind = field_columns::kind;
using testing::exactly;

struct declared {
    const char* name;
    kind holds;
};

constexpr declared all_fields[] = {
    {"GT", kind::genotype},
    {"AD", kind::integer},
    {"DP", kind::integer},
    {"PL", kind::integer},
    {"GP", kind::real},
    {"DS", kind::real},
    {"FT", kind::text},
    {"PGT", kind::text},
};

std::string line_of(const declared& field) {
    const std::string type = field.holds == kind::integer ? "Integer"
                             : field.holds == kind::real  ? "Float"
                                                          : "String";
    return std::string("##FORMAT=<ID=") + field.name + ",Number=.,Type=" + type +
           ",Description=\"x\">";
}

std::vector<std::string> header_lines() {
    std::vector<std::string> out;
    // So that keys take more than a byte.
    for (int i = 0; i < 125; ++i) {
        out.push_back(
            "##INFO=<ID=I" + std::to_string(i) + ",Number=1,Type=Integer,Description=\"x\">"
        );
    }
    for (const auto& field : all_fields) out.push_back(line_of(field));
    return out;
}

class judge : public testing::columns_judge {
 public:
    explicit judge(std::size_t samples) : columns_judge(header_lines(), samples) {}

    field_columns::field field(const declared& of, bool is_first) const {
        field_columns::field out{key(of.name), of.holds, 0};
        // What the versions of htslib up to now do.
        if (of.holds == kind::text && !is_first) out.spare = 1;
        return out;
    }
};

class dice {
 public:
    explicit dice(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t n) { return random_() % n; }
    bool one_in(std::size_t n) { return below(n) == 0; }

    std::vector<declared> fields() {
        std::vector<declared> out;
        for (const auto& field : all_fields) {
            if (out.empty() || one_in(2)) out.push_back(field);
        }
        if (out.size() > 1 && one_in(5)) out.erase(out.begin());
        return out;
    }

    std::string columns(const std::vector<declared>& fields, std::size_t samples) {
        const std::size_t usual = 1 + below(3);
        const std::size_t digits = 1 + below(9);
        std::string out;
        for (std::size_t s = 0; s < samples; ++s) {
            if (s > 0) out += '\t';
            const auto count = one_in(9) ? 1 + below(fields.size()) : fields.size();
            for (std::size_t f = 0; f < count; ++f) {
                if (f > 0) out += ':';
                out += value(fields[f].holds, one_in(7) ? 1 + below(20) : usual, digits);
            }
        }
        return out;
    }

 private:
    std::string value(kind of, std::size_t count, std::size_t digits) {
        if (of == kind::text)
            return one_in(5) ? "." : std::string(count, 'x') + ",y|2 " + one_of("ab");
        std::string out;
        for (std::size_t i = 0; i < count; ++i) {
            if (i > 0) out += of == kind::genotype ? one_of("|/") : ',';
            out += one_in(8) ? "." : number(of, digits);
        }
        return out;
    }

    std::string number(kind of, std::size_t digits) {
        if (of == kind::genotype) return std::to_string(one_in(20) ? below(100000) : below(4));
        if (of == kind::integer) return (one_in(6) ? "-" : "") + some_digits(digits);
        std::string out = (one_in(6) ? "-" : "") + some_digits(digits);
        if (one_in(3)) out = one_in(2) ? "0" : "-0";
        if (!one_in(4)) out += "." + some_digits(1 + below(one_in(5) ? 20 : 6));
        if (one_in(9))
            out += std::string(1, one_of("eE")) + one_of("+-") + some_digits(1 + below(2));
        return out;
    }

    std::string some_digits(std::size_t most) {
        std::string out;
        for (auto n = 1 + below(most); n > 0; --n) out += static_cast<char>('0' + below(10));
        return out;
    }

    char one_of(std::string_view characters) { return characters[below(characters.size())]; }

    std::mt19937 random_;
};

std::string format_of(const std::vector<declared>& fields) {
    std::string out;
    for (const auto& field : fields) out += (out.empty() ? "" : ":") + std::string(field.name);
    return out;
}

void set_fields(field_columns& ours, const judge& htslib, const std::vector<declared>& fields) {
    std::vector<field_columns::field> known;
    for (const auto& field : fields) known.push_back(htslib.field(field, known.empty()));
    ours.set_fields(known);
}

bytes made_by(const field_columns& ours) {
    const auto made = ours.individual();
    return bytes(made.begin(), made.end());
}

TEST(field_columns, are_what_htslib_makes_of_them) {
    dice random(5);
    field_columns ours;
    std::vector<char> room;
    std::size_t plain = 0;
    for (const std::size_t samples : {1U, 2U, 7U, 33U}) {
        judge htslib(samples);
        for (int turn = 0; turn < 3000; ++turn) {
            const auto fields = random.fields();
            const auto columns = random.columns(fields, samples);
            set_fields(ours, htslib, fields);
            if (!ours.read(exactly(columns, room), samples)) continue;
            ++plain;
            const auto expected = htslib.individual(format_of(fields), columns);
            ASSERT_TRUE(expected.has_value()) << columns;
            ASSERT_EQ(made_by(ours), *expected) << format_of(fields) << "\n" << columns;
            ASSERT_EQ(ours.count(), fields.size());
        }
    }
    EXPECT_GT(plain, 11'000U);
}

TEST(field_columns, what_htslib_refuses_is_not_plain) {
    dice random(6);
    field_columns ours;
    std::vector<char> room;
    constexpr std::size_t samples = 12;
    judge htslib(samples);
    const std::string characters =
        "0123456789.|/\t::,,-+ xAeE\0\x80"
        "\xff";
    std::size_t refused = 0;
    std::size_t kept = 0;
    for (int turn = 0; turn < 20'000; ++turn) {
        const auto fields = random.fields();
        auto columns = random.columns(fields, samples);
        for (auto changes = random.below(3) + 1; changes > 0; --changes) {
            const auto at = random.below(columns.size());
            const char other = characters[random.below(characters.size())];
            if (random.one_in(3)) {
                columns[at] = other;
            } else if (random.one_in(2)) {
                columns.erase(at, 1);
            } else {
                columns.insert(at, 1, other);
            }
        }
        set_fields(ours, htslib, fields);
        const bool is_plain = ours.read(exactly(columns, room), samples);
        const auto expected = htslib.individual(format_of(fields), columns);
        if (!expected) {
            ++refused;
            ASSERT_FALSE(is_plain) << columns;
        } else if (is_plain) {
            ++kept;
            ASSERT_EQ(made_by(ours), *expected) << format_of(fields) << "\n" << columns;
        }
    }
    EXPECT_GT(refused, 2000U);
    EXPECT_GT(kept, 2000U);
}

TEST(field_columns, samples_that_would_take_more_than_a_line_may_are_not_plain) {
    constexpr std::size_t samples = 100'000;
    judge htslib(1);
    field_columns ours;
    const auto columns = [](const std::string& first, const std::string& others) {
        std::string out = first;
        for (std::size_t i = 1; i < samples; ++i) out.append("\t").append(others);
        return out;
    };
    // Half a gibibyte is 5,368 bytes for each.
    set_fields(ours, htslib, {all_fields[6]});
    EXPECT_FALSE(ours.read(columns(std::string(5'400, 'x'), "x"), samples));
    set_fields(ours, htslib, {all_fields[6], all_fields[7]});
    const std::string half(2'700, 'x');
    EXPECT_FALSE(ours.read(columns(half + ":" + half, "x:x"), samples));
    std::string numbers = "1";
    for (int i = 0; i < 1'400; ++i) numbers += ",1";
    set_fields(ours, htslib, {all_fields[1]});
    EXPECT_FALSE(ours.read(columns(numbers, "1"), samples));
    EXPECT_TRUE(ours.read(columns("1,1", "1"), samples));
}

TEST(field_columns, integers_take_the_narrowest_type_that_holds_them_all) {
    struct row {
        const char* columns;
        std::uint8_t type;
    };
    constexpr row rows[] = {
        {"127\t-120", 1},
        {"128\t0", 2},
        {"-121\t0", 2},
        {"32767\t-32760", 2},
        {"32768\t0", 3},
        {"-32761\t0", 3},
        {"999999999\t0", 3},
        {".\t.", 1},
    };
    judge htslib(2);
    field_columns ours;
    set_fields(ours, htslib, {all_fields[2]});
    for (const auto& r : rows) {
        ASSERT_TRUE(ours.read(r.columns, 2)) << r.columns;
        const auto made = made_by(ours);
        EXPECT_EQ(made, htslib.individual("DP", r.columns)) << r.columns;
        EXPECT_EQ(made[3], 0x10 | r.type) << r.columns;  // behind a key of two bytes and its type
    }
}

TEST(field_columns, other_shapes_are_left_to_htslib) {
    judge htslib(2);
    field_columns ours;
    set_fields(ours, htslib, {all_fields[0], all_fields[2], all_fields[4]});
    for (const auto* text :
         {"",
          "0/1",
          "0/1\t",
          "0/1\t0/1\t0/1",
          "0/1:\t0/1",
          "0/1:1:1:1\t0/1",
          "0/1:+1\t0/1",
          "0/1:1234567890\t0/1",
          "0/1:1:1.\t0/1",
          "0/1:1:.5\t0/1",
          "0/1:1:+1\t0/1",
          "0/1:1:nan\t0/1",
          "0/1:1:1e\t0/1",
          "0/1:1:1e999\t0/1",
          "0/:1\t0/1",
          "/1\t0/1",
          "0/1:1,\t0/1",
          "x\t0/1"}) {
        EXPECT_FALSE(ours.read(text, 2)) << text;
    }
    EXPECT_TRUE(ours.read("0/1:1:1e5,2\t./.", 2));
}

}  // namespace
}  // namespace callstream::hts
