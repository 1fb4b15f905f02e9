#include "server/streaming/cell_encoder.hpp"

#include "tests/support/bgzf_builder.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::streaming {
namespace {

using testing::gunzip;

/// The text coded in pieces of this size; each must be decodable when it is there.
std::string coded(std::string_view text, std::size_t piece, char cell_end = ',') {
    cell_encoder encoder(cell_end);
    text_buffer out;
    for (std::size_t at = 0; at <= text.size(); at += piece) {
        const bool last = at + piece > text.size();
        encoder.encode(text.substr(at, piece), last, out);
        EXPECT_EQ(gunzip(out.view()), text.substr(0, at + piece)) << at;
    }
    return std::string(out.view());
}

std::string matrix(std::mt19937& random, std::size_t rows, std::size_t columns, unsigned odd) {
    static const std::vector<std::string> cells = {"0|0", "0|1", "1|0", "1|1", ".", "12|3"};
    std::string out = "{\"dataMatrix\":[";
    for (std::size_t row = 0; row < rows; ++row) {
        out += '[';
        for (std::size_t i = 0; i < columns; ++i) {
            const auto kind = random() % 100 < odd ? random() % cells.size() : 0;
            out += "\"" + cells[kind] + "\",";
        }
        out.back() = ']';
        out += ',';
    }
    return out + "]}";
}

TEST(cell_encoder, matrices_are_what_they_were) {
    std::mt19937 random(1);
    for (const unsigned odd : {0U, 3U, 30U, 100U}) {
        const auto text = matrix(random, 60, 300, odd);
        for (const std::size_t piece : {std::size_t{1000}, std::size_t{40'000}, text.size()}) {
            EXPECT_EQ(gunzip(coded(text, piece)), text) << odd << " " << piece;
        }
    }
}

TEST(cell_encoder, pieces_of_any_size_are_what_they_were) {
    std::mt19937 random(2);
    const auto text = matrix(random, 2, 40, 20);
    for (std::size_t piece = 1; piece <= text.size(); ++piece) coded(text, piece);
}

TEST(cell_encoder, repeats_reach_back_as_far_as_they_may) {
    std::mt19937 random(3);
    std::string noise(33'000, ' ');
    for (auto& c : noise) c = static_cast<char>('a' + random() % 26);
    const std::string stretch =
        "0|0,1|1,0|1,1|0,0|0,1|1,0|1,1|0,0|0,1|1,0|1,1|0,0|0,1|1,0|1,1|0,0|0,";
    for (std::size_t between = 32'600; between < 32'900; ++between) {
        const std::string text = stretch + noise.substr(0, between) + "," + stretch;
        EXPECT_EQ(gunzip(coded(text, text.size())), text) << between;
    }
}

TEST(cell_encoder, other_texts_are_only_compressed_less) {
    std::mt19937 random(4);
    std::string bytes(300'000, ' ');
    for (auto& c : bytes) c = static_cast<char>(random());
    const std::vector<std::string> texts = {
        "",
        ",",
        ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,",
        std::string(100'000, 'x'),
        std::string(100'000, ','),
        std::string(100'000, '\0'),
        bytes,
    };
    for (const auto& text : texts) {
        for (const char cell_end : {',', '\t', 'x', '\0'}) {
            EXPECT_EQ(gunzip(coded(text, 70'000, cell_end)), text);
        }
    }
}

TEST(cell_encoder, compresses_a_matrix_as_well_as_zlib_does) {
    std::mt19937 random(5);
    const auto text = matrix(random, 400, 500, 6);
    std::string packed(text.size(), '\0');
    uLongf size = packed.size();
    ASSERT_EQ(
        compress2(
            reinterpret_cast<Bytef*>(packed.data()),
            &size,
            reinterpret_cast<const Bytef*>(text.data()),
            text.size(),
            1
        ),
        Z_OK
    );
    EXPECT_LT(coded(text, text.size()).size(), size * 11 / 10);
}

}  // namespace
}  // namespace callstream::streaming
