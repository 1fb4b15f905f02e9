#include "engine/reference/letters.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

namespace callstream::reference {
namespace {

const std::uint8_t* bytes_of(const std::string& text) {
    return reinterpret_cast<const std::uint8_t*>(text.data());
}

TEST(letters_test, every_byte_at_every_place_is_judged_and_turned) {
    for (int byte = 0; byte < 256; ++byte) {
        const bool is_letter = byte > 0x20 && byte < 0x7f;
        for (std::size_t size = 1; size <= 34; ++size) {
            for (std::size_t at = 0; at < size; ++at) {
                std::string text(size, 'g');
                text[at] = static_cast<char>(byte);
                std::string out(size, '?');
                EXPECT_EQ(are_letters(bytes_of(text), size), is_letter) << byte << " " << at;
                EXPECT_EQ(copy_letters(bytes_of(text), size, out.data(), false), is_letter);
                if (!is_letter) continue;
                EXPECT_EQ(out, text);
                EXPECT_TRUE(copy_letters(bytes_of(text), size, out.data(), true));
                for (char& c : text) c = static_cast<char>(std::toupper(c));
                EXPECT_EQ(out, text) << byte << " " << at;
            }
        }
    }
}

TEST(letters_test, a_bad_byte_is_seen_beside_any_other) {
    for (int good = 0x21; good < 0x7f; ++good) {
        for (int bad : {0, 9, 10, 13, 32, 127, 128, 160, 255}) {
            const std::string text{static_cast<char>(good), static_cast<char>(bad), 'A'};
            EXPECT_FALSE(are_letters(bytes_of(text), text.size())) << good << " " << bad;
        }
    }
}

TEST(letters_test, lines_are_their_letters_at_every_level) {
    for (const auto level : {simd_level::none, simd_level::avx2}) {
        if (level > best_simd()) continue;
        for (std::size_t bases = 1; bases <= 100; ++bases) {
            for (const std::string end : {"\n", "\r\n"}) {
                const line_shape shape{bases, bases + end.size()};
                std::string lines;
                std::string letters;
                for (std::size_t i = 0; i < 3 * bases; ++i) {
                    letters += static_cast<char>("ACGTNacgtn*-"[i * 7 % 12]);
                    lines += letters.back();
                    if (letters.size() % bases == 0) lines += end;
                }
                std::string upper = letters;
                for (char& c : upper) c = static_cast<char>(std::toupper(c));
                std::string out(letters.size(), '?');
                EXPECT_TRUE(copy_lines(bytes_of(lines), 3, shape, out.data(), false, level));
                EXPECT_EQ(out, letters);
                EXPECT_TRUE(copy_lines(bytes_of(lines), 3, shape, out.data(), true, level));
                EXPECT_EQ(out, upper);
                EXPECT_TRUE(copy_lines(bytes_of(lines), 0, shape, out.data(), true, level));
                for (std::size_t at = 0; at < lines.size(); ++at) {
                    auto broken = lines;
                    const bool in_letters = at % shape.bytes < bases;
                    broken[at] = in_letters ? '\n' : 'A';
                    EXPECT_FALSE(copy_lines(bytes_of(broken), 3, shape, out.data(), true, level))
                        << bases << " " << at;
                }
            }
        }
    }
}

}  // namespace
}  // namespace callstream::reference
