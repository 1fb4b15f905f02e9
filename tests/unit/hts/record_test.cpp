#include "engine/hts/record.hpp"

#include "engine/core/error.hpp"
#include "tests/support/bcf_bytes.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::hts {
namespace {

using testing::bcf_bytes;

constexpr std::uint32_t sample_count = 2;
constexpr std::int32_t key_count = 70'000;

std::vector<format_field> decode(
    std::span<const std::uint8_t> bytes, std::uint32_t field_count, std::int32_t keys = key_count
) {
    std::vector<format_field> out;
    decode_format_fields(bytes, field_count, sample_count, keys, out);
    return out;
}

/// Every form that keys and counts can have.
bcf_bytes all_forms() {
    bcf_bytes b;
    b.integer(1, value_type::int8).descriptor(value_type::int8, 2);
    b.value(0x0402, 2).value(0x0202, 2);
    b.integer(300, value_type::int16).descriptor(value_type::int16, 1).value(7, 2).value(8, 2);
    b.integer(69'999, value_type::int32).descriptor(value_type::int32, 1).value(9, 4).value(10, 4);
    b.integer(2, value_type::int8).descriptor(value_type::float32, 1).real(0.5F).real(-1.5F);
    b.integer(3, value_type::int8).descriptor(value_type::text, 16, value_type::int8);
    b.text("sixteen letters.SIXTEEN LETTERS!");
    b.integer(4, value_type::int8).descriptor(value_type::int8, 20, value_type::int16);
    b.text(std::string(40, 'x'));
    b.integer(5, value_type::int8).descriptor(value_type::int8, 17, value_type::int32);
    b.text(std::string(34, 'y'));
    b.integer(6, value_type::int8).descriptor(value_type::absent, 0);
    return b;
}
constexpr std::uint32_t all_forms_fields = 8;

TEST(record, fields_are_found_where_they_lie) {
    const auto bytes = all_forms().bytes();
    const auto fields = decode(bytes, all_forms_fields);
    struct expected {
        std::int32_t key;
        value_type type;
        std::uint32_t per_sample;
        std::size_t stride;
    };
    const expected table[all_forms_fields] = {
        {1, value_type::int8, 2, 2},
        {300, value_type::int16, 1, 2},
        {69'999, value_type::int32, 1, 4},
        {2, value_type::float32, 1, 4},
        {3, value_type::text, 16, 16},
        {4, value_type::int8, 20, 20},
        {5, value_type::int8, 17, 17},
        {6, value_type::absent, 0, 0},
    };
    ASSERT_EQ(fields.size(), all_forms_fields);
    for (std::size_t i = 0; i < all_forms_fields; ++i) {
        SCOPED_TRACE(i);
        EXPECT_EQ(fields[i].key, table[i].key);
        EXPECT_EQ(fields[i].type, table[i].type);
        EXPECT_EQ(fields[i].per_sample, table[i].per_sample);
        EXPECT_EQ(fields[i].stride(), table[i].stride);
        EXPECT_EQ(fields[i].bytes.size(), table[i].stride * sample_count);
    }
    const auto* second = reinterpret_cast<const char*>(fields[4].of_sample(1));
    EXPECT_EQ(std::string(second, 16), "SIXTEEN LETTERS!");
}

TEST(record, every_truncation_is_noticed) {
    const bcf_bytes whole = all_forms();
    for (std::size_t size = 0; size < whole.bytes().size(); ++size) {
        // The last field has no values, so its type byte is the last byte that is needed.
        const auto cut = whole.first(size);
        EXPECT_THROW(decode(cut, all_forms_fields), damaged_file) << size;
    }
    EXPECT_NO_THROW(decode(whole.bytes(), all_forms_fields));
}

TEST(record, any_changed_byte_leaves_the_fields_within_the_record) {
    const bcf_bytes whole = all_forms();
    for (std::size_t at = 0; at < whole.bytes().size(); ++at) {
        for (int value = 0; value < 256; ++value) {
            auto bytes = whole.bytes();
            bytes[at] = static_cast<std::uint8_t>(value);
            try {
                for (const auto& field : decode(bytes, all_forms_fields)) {
                    ASSERT_EQ(field.bytes.size(), field.stride() * sample_count);
                    ASSERT_GE(field.bytes.data(), bytes.data());
                    ASSERT_LE(field.bytes.data() + field.bytes.size(), bytes.data() + bytes.size());
                }
            } catch (const damaged_file&) {  // that is fine too
            }
        }
    }
}

TEST(record, the_field_list_starts_anew_for_each_record) {
    std::vector<format_field> out(3);
    decode_format_fields({}, 0, sample_count, key_count, out);
    EXPECT_TRUE(out.empty());
}

TEST(record, a_key_outside_the_dictionary_is_damage) {
    const auto with_key = [](std::int64_t key) {
        return bcf_bytes().integer(key, value_type::int32).descriptor(value_type::int8, 0).bytes();
    };
    EXPECT_NO_THROW(decode(with_key(4), 1, 5));
    for (const std::int64_t key : {5, 6, -1, -2147483647 - 1, 2147483647}) {
        EXPECT_THROW(decode(with_key(key), 1, 5), damaged_file) << key;
    }
}

TEST(record, a_key_must_be_one_integer) {
    const bcf_bytes table[] = {
        bcf_bytes().byte(0x00),
        bcf_bytes().byte(0x21).byte(1).byte(1),
        bcf_bytes().byte(0x15).real(1),
        bcf_bytes().byte(0x17).byte('a'),
        bcf_bytes().byte(0x14).value(1, 8),
    };
    for (auto b : table) {
        const auto bytes = b.descriptor(value_type::int8, 0).bytes();
        EXPECT_THROW(decode(bytes, 1), damaged_file) << int{bytes[0]};
    }
}

TEST(record, a_negative_count_is_damage) {
    for (const auto type : {value_type::int8, value_type::int16, value_type::int32}) {
        bcf_bytes b;
        b.integer(1, value_type::int8).descriptor(value_type::int8, -1, type).text("xxxx");
        EXPECT_THROW(decode(b.bytes(), 1), damaged_file);
    }
}

TEST(record, a_count_far_beyond_the_record_is_damage) {
    bcf_bytes b;
    b.integer(1, value_type::int8).descriptor(value_type::int32, 2147483647).text("xxxx");
    EXPECT_THROW(decode(b.bytes(), 1), damaged_file);
}

TEST(record, a_count_must_be_an_integer_itself) {
    bcf_bytes b;
    b.integer(1, value_type::int8).byte(0xf1).byte(0x17).byte(20).text(std::string(40, 'x'));
    EXPECT_THROW(decode(b.bytes(), 1), damaged_file);
}

TEST(record, unknown_value_types_are_damage) {
    for (const unsigned type : {4U, 6U, 8U, 9U, 10U, 11U, 12U, 13U, 14U, 15U}) {
        bcf_bytes b;
        b.integer(1, value_type::int8).byte(0x10U | type).value(0, 8).value(0, 8);
        EXPECT_THROW(decode(b.bytes(), 1), damaged_file) << type;
    }
}

// A count of nothing costs no bytes, so nothing would bound it.
TEST(record, values_without_a_type_cannot_be_counted) {
    bcf_bytes b;
    b.integer(1, value_type::int8).descriptor(value_type::absent, 2'000'000'000);
    EXPECT_THROW(decode(b.bytes(), 1), damaged_file);
}

TEST(record, the_name_is_the_first_value) {
    const auto name_of = [](bcf_bytes b) {
        const auto bytes = b.bytes();
        return std::string(decode_name(bytes));
    };
    const std::string long_name(40, 'n');
    EXPECT_EQ(name_of(bcf_bytes().descriptor(value_type::text, 3).text("rs1")), "rs1");
    EXPECT_EQ(name_of(bcf_bytes().descriptor(value_type::text, 40).text(long_name)), long_name);
    EXPECT_EQ(name_of(bcf_bytes().descriptor(value_type::text, 3).text("rs1more")), "rs1");
    EXPECT_EQ(name_of(bcf_bytes().descriptor(value_type::text, 1).text(".")), "");
    EXPECT_EQ(name_of(bcf_bytes().descriptor(value_type::text, 0)), "");
    EXPECT_EQ(name_of(bcf_bytes().descriptor(value_type::absent, 0)), "");
    const std::string padded("rs1\0\0", 5);
    EXPECT_EQ(name_of(bcf_bytes().descriptor(value_type::text, 5).text(padded)), "rs1");
}

TEST(record, a_truncated_name_is_damage) {
    for (const std::int64_t length : {3, 40}) {
        bcf_bytes whole;
        whole.descriptor(value_type::text, length).text(std::string(length, 'n'));
        for (std::size_t size = 0; size < whole.bytes().size(); ++size) {
            EXPECT_THROW(decode_name(whole.first(size)), damaged_file) << size;
        }
    }
}

/// ID, two alleles, one FILTER, two INFO fields.
bcf_bytes shared_part(std::int64_t filter_key, std::int64_t info_key) {
    bcf_bytes b;
    b.descriptor(value_type::text, 2).text("rs");
    b.descriptor(value_type::text, 1).text("A");
    b.descriptor(value_type::text, 20).text(std::string(20, 'C'));
    b.integer(filter_key, value_type::int8);
    b.integer(info_key, value_type::int16).descriptor(value_type::absent, 0);
    b.integer(2, value_type::int8).descriptor(value_type::float32, 3).real(1).real(2).real(3);
    return b;
}

TEST(record, the_shared_part_is_walked_to_its_end) {
    EXPECT_NO_THROW(check_shared(shared_part(1, 300).bytes(), 2, 2, 301));
    EXPECT_THROW(check_shared(shared_part(1, 300).bytes(), 2, 2, 300), damaged_file);
    EXPECT_THROW(check_shared(shared_part(-1, 3).bytes(), 2, 2, 301), damaged_file);
    EXPECT_THROW(check_shared(shared_part(1, -3).bytes(), 2, 2, 301), damaged_file);
    EXPECT_THROW(check_shared(shared_part(1, 3).bytes(), 2, 3, 301), damaged_file);
    EXPECT_THROW(check_shared(shared_part(1, 3).bytes(), 3, 2, 301), damaged_file);
}

TEST(record, a_shared_part_cut_anywhere_is_damage) {
    const auto whole = shared_part(1, 3);
    for (std::size_t size = 0; size < whole.bytes().size(); ++size) {
        EXPECT_THROW(check_shared(whole.first(size), 2, 2, 301), damaged_file) << size;
    }
}

}  // namespace
}  // namespace callstream::hts
