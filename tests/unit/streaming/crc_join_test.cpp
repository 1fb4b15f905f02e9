#include "server/streaming/crc_join.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>
#include <zlib.h>

namespace callstream::streaming {
namespace {

using how = crc_join::how;

std::string letters(std::size_t size) {
    std::mt19937 random(static_cast<unsigned>(size));
    std::string out(size, '\0');
    for (char& c : out) c = static_cast<char>(random());
    return out;
}

std::uint32_t by_zlib(std::string_view text) {
    const auto* bytes = reinterpret_cast<const Bytef*>(text.data());
    return static_cast<std::uint32_t>(crc32(0, bytes, static_cast<uInt>(text.size())));
}

std::vector<how> ways() {
    std::vector<how> out = {how::scalar};
    if (crc_join::best() != how::scalar) out.push_back(crc_join::best());
    return out;
}

TEST(crc_join, pieces_have_together_the_checksum_of_the_whole) {
    for (const auto way : ways()) {
        std::string whole;
        crc_join join(way);
        EXPECT_EQ(join.value(), 0U);
        for (const std::size_t size : {1, 0, 2, 3, 238, 4095, 4096, 4097, 70'000, 7}) {
            const auto piece = letters(size);
            whole += piece;
            join.add(crc_piece_of(piece));
            EXPECT_EQ(join.value(), by_zlib(whole)) << size;
        }
    }
}

TEST(crc_join, many_pieces_at_once_are_the_same_as_one_after_the_other) {
    for (const auto way : ways()) {
        std::string whole;
        std::vector<crc_piece> pieces;
        for (std::size_t size = 0; size < 300; ++size) {
            const auto piece = letters(size);
            whole += piece;
            pieces.push_back(crc_piece_of(piece));
        }
        crc_join join(way);
        join.add(pieces.data(), pieces.size());
        EXPECT_EQ(join.value(), by_zlib(whole));
    }
}

TEST(crc_join, a_checksum_goes_on_behind_another) {
    const auto text = letters(1000);
    const auto first = crc_of(std::string_view(text).substr(0, 400));
    EXPECT_EQ(crc_of(std::string_view(text).substr(400), first), by_zlib(text));
}

}  // namespace
}  // namespace callstream::streaming
