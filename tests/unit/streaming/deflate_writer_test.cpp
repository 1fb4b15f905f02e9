#include "server/streaming/deflate_writer.hpp"

#include "tests/support/bgzf_builder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace callstream::streaming {
namespace {

using testing::gunzip;

/// A stream, and the text that it stands for.
class stream {
 public:
    explicit stream(crc_join::how way = crc_join::best()) : writer(way) { writer.open(packed); }

    void write(std::string_view piece) {
        writer.write(piece);
        text += piece;
    }
    /// What stands there, again.
    void repeat(std::size_t length, std::size_t distance) {
        std::string piece;
        for (std::size_t i = 0; i < length; ++i) {
            const auto at = text.size() + i - distance;
            piece += at < text.size() ? text[at] : piece[at - text.size()];
        }
        writer.repeat(piece, distance);
        writer.add(crc_piece_of(piece));
        text += piece;
    }
    void pause() {
        writer.pause();
        EXPECT_EQ(gunzip(packed.view()), text);
        writer.open(packed);
    }
    /// zlib compares checksum and length, too.
    void check() {
        writer.finish();
        EXPECT_EQ(gunzip(packed.view()), text);
        EXPECT_EQ(writer.position(), text.size());
        const auto size_field = packed.view().substr(packed.size() - 4);
        EXPECT_EQ(static_cast<unsigned char>(size_field[0]), text.size() & 0xff);
    }

    text_buffer packed;
    deflate_writer writer;
    std::string text;
};

std::string letters(std::size_t size, unsigned seed = 7) {
    std::mt19937 random(seed);
    std::string out(size, '\0');
    for (char& c : out) c = static_cast<char>(random());
    return out;
}

TEST(deflate_writer, nothing_at_all_is_a_stream) {
    stream s;
    s.check();
}

TEST(deflate_writer, every_byte_can_be_written) {
    stream s;
    s.write(letters(100'000));
    s.check();
}

TEST(deflate_writer, every_length_can_be_copied_and_those_too_long_for_one_copy) {
    stream s;
    s.write(letters(1000));
    for (std::size_t length = 0; length <= 1100; ++length) {
        s.repeat(length, 700);
        s.write("-");
    }
    s.check();
}

TEST(deflate_writer, every_distance_can_be_copied_and_those_too_far_are_written) {
    stream s;
    s.write(letters(40'000));
    for (std::size_t distance = 1; distance <= 33'000; distance += distance < 1100 ? 1 : 97) {
        s.repeat(5, distance);
    }
    for (const std::size_t distance : {32'767, 32'768, 32'769}) {
        s.repeat(9, distance);
        s.write("-");
    }
    s.check();
}

TEST(deflate_writer, copies_from_one_distance_become_one) {
    stream together;
    together.write(letters(100));
    together.repeat(63, 100);
    stream apart;
    apart.write(letters(100));
    apart.repeat(3, 100);
    for (int i = 0; i < 60; ++i) apart.repeat(1, 100);
    together.check();
    apart.check();
    EXPECT_EQ(apart.packed.view(), together.packed.view());
}

TEST(deflate_writer, codes_are_learned_and_then_stay) {
    stream s;
    const auto first = s.writer.epoch();
    while (s.writer.is_learning()) {
        s.write("0123");
        s.writer.learn();
    }
    EXPECT_NE(s.writer.epoch(), first);
    const auto before = s.packed.size();
    const auto learned = s.writer.epoch();
    s.write(letters(1000));
    EXPECT_EQ(s.writer.epoch(), learned);
    s.check();
    EXPECT_GT(s.packed.size(), before);
}

TEST(deflate_writer, a_part_is_full_by_its_bytes_or_by_its_text) {
    stream s;
    EXPECT_FALSE(s.writer.is_full());
    s.write(letters(100'000));
    EXPECT_TRUE(s.writer.is_full());
    s.pause();
    EXPECT_FALSE(s.writer.is_full());
    s.writer.repeat(3'000'000, 5);
    EXPECT_TRUE(s.writer.is_full());
}

TEST(deflate_writer, whatever_is_put_together_comes_out) {
    for (unsigned seed = 0; seed < 20; ++seed) {
        std::mt19937 random(seed);
        const auto below = [&](std::size_t n) { return random() % n; };
        stream s(seed % 2 == 0 ? crc_join::how::scalar : crc_join::best());
        for (int step = 0; step < 200; ++step) {
            switch (below(8)) {
                case 0:
                    s.pause();
                    break;
                case 1:
                    s.writer.learn();
                    break;
                case 2:
                case 3:
                    s.write(letters(below(40), random()));
                    break;
                default:
                    if (s.text.empty()) break;
                    s.repeat(below(600), 1 + below(std::min<std::size_t>(s.text.size(), 33'000)));
            }
        }
        s.check();
    }
}

TEST(deflate_codes, any_counts_make_codes_for_all_symbols) {
    symbol_counts one_sided;
    one_sided.of_text['x'] = 1 << 19;
    symbol_counts steep;
    for (std::size_t i = 0; i < steep.of_text.size(); ++i) steep.of_text[i] = 1U << i % 20;
    for (std::size_t i = 0; i < 20; ++i) steep.of_distance[i] = 1U << i;
    for (const auto& counts : {symbol_counts{}, one_sided, steep, symbol_counts::usual()}) {
        const deflate_codes codes(counts);
        double room = 0;  // Kraft: what prefix codes leave no more of than there is
        for (int c = 0; c < 256; ++c) {
            const auto code = codes.literal(static_cast<char>(c));
            ASSERT_GE(code.count, 1U);
            ASSERT_LE(code.count, 15U);
            room += 1.0 / (1U << code.count);
        }
        EXPECT_LT(room, 1);
    }
}

}  // namespace
}  // namespace callstream::streaming
