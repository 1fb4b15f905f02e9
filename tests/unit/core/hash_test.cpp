#include "engine/core/hash.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace callstream {
namespace {

std::string sample_bytes(std::size_t size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 131 >> 3);
    return bytes;
}

hash128 hash_in_pieces(const std::string& bytes, std::size_t piece) {
    running_hash hash;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        hash.add(bytes.data() + at, std::min(piece, bytes.size() - at));
    }
    return hash.value();
}

// Index files of earlier starts are found by this value.
TEST(hash64, is_xxh3) {
    EXPECT_EQ(hash64(""), 0x2D06800538D394C2ULL);
}

TEST(hash64, depends_on_every_byte) {
    const std::string bytes = sample_bytes(300);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        std::string other = bytes;
        other[i] ^= 1;
        EXPECT_NE(hash64(other), hash64(bytes)) << i;
    }
}

TEST(running_hash, does_not_depend_on_where_the_bytes_were_cut) {
    const std::string bytes = sample_bytes(5000);
    const hash128 whole = hash_in_pieces(bytes, bytes.size());
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U, 255U, 256U, 257U, 1024U, 4999U}) {
        EXPECT_EQ(hash_in_pieces(bytes, piece), whole) << piece;
    }
}

TEST(running_hash, empty_pieces_count_for_nothing) {
    running_hash hash;
    const hash128 nothing = hash.value();
    hash.add("", 0);
    EXPECT_EQ(hash.value(), nothing);
}

TEST(running_hash, goes_on_after_its_value_was_read) {
    running_hash hash;
    hash.add("ab", 2);
    const hash128 half = hash.value();
    hash.add("cd", 2);
    EXPECT_NE(hash.value(), half);
    EXPECT_EQ(hash.value(), hash_in_pieces("abcd", 4));
}

TEST(running_hash, depends_on_the_order) {
    EXPECT_NE(hash_in_pieces("ab", 1), hash_in_pieces("ba", 1));
}

TEST(running_hash, can_be_moved_in_the_middle) {
    running_hash first;
    first.add("ab", 2);
    running_hash second(std::move(first));
    second.add("cd", 2);
    EXPECT_EQ(second.value(), hash_in_pieces("abcd", 4));
}

TEST(hex_text, has_sixteen_lower_case_digits) {
    EXPECT_EQ(hex_text(0), "0000000000000000");
    EXPECT_EQ(hex_text(0xDEADBEEF), "00000000deadbeef");
    EXPECT_EQ(hex_text(0xFEDCBA9876543210), "fedcba9876543210");
    EXPECT_EQ(hex_text(~0ULL), "ffffffffffffffff");
}

}  // namespace
}  // namespace callstream
