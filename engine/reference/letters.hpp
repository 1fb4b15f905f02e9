// Letters of sequences, many at a time.
#pragma once

#include "engine/core/simd.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace callstream::reference {

inline constexpr std::uint64_t every_byte = 0x0101010101010101;

/// Not zero when a byte of `word` is no graphic ASCII character: blank, control or above 126.
constexpr std::uint64_t not_graphic(std::uint64_t word) {
    const std::uint64_t below_graphic = (word - every_byte * 0x21) & ~word;
    const std::uint64_t from_delete_on = (word & every_byte * 0x7f) + every_byte;
    return (below_graphic | from_delete_on | word) & every_byte * 0x80;
}

/// Upper case of eight ASCII bytes.
constexpr std::uint64_t upper_case(std::uint64_t word) {
    const std::uint64_t from_a = word + every_byte * (0x80 - 'a');
    const std::uint64_t behind_z = word + every_byte * (0x80 - 'z' - 1);
    return word - ((from_a & ~behind_z & every_byte * 0x80) >> 2);
}

/// Eight letters at a time, for stretches that do not fill one vector.
inline bool copy_few_letters(const std::uint8_t* in, std::size_t size, char* out, bool upper) {
    std::uint64_t bad = 0;
    for (std::size_t at = 0; at < size; at += 8) {
        const std::size_t count = size - at < 8 ? size - at : 8;
        std::uint64_t word = every_byte * 'A';
        std::memcpy(&word, in + at, count);
        bad |= not_graphic(word);
        if (upper) word = upper_case(word);
        std::memcpy(out + at, &word, count);
    }
    return bad == 0;
}

/// Vectors of letters; a byte above 127 is negative. What compilers make of them is one instruction
/// per operation where the processor has registers of this width.
using letters16 = signed char __attribute__((vector_size(16)));
using letters32 = signed char __attribute__((vector_size(32)));

/// `copy_letters` of at least as many letters as a vector has.
template <class Vector>
[[gnu::always_inline]] inline bool copy_vectors(
    const std::uint8_t* in, std::size_t size, char* out, bool upper
) {
    constexpr std::size_t width = sizeof(Vector);
    Vector bad = {};
    const auto copy = [&](std::size_t at) __attribute__((always_inline)) {
        Vector letters;
        std::memcpy(&letters, in + at, width);
        bad |= (letters < 0x21) | (letters == 0x7f);
        if (upper) letters -= ((letters >= 'a') & (letters <= 'z')) & ('a' - 'A');
        std::memcpy(out + at, &letters, width);
    };
    for (std::size_t at = 0; at + width <= size; at += width) copy(at);
    copy(size - width);  // again a part of the last one, when nothing is left too
    std::uint64_t words[width / 8];
    std::memcpy(words, &bad, width);
    std::uint64_t any = 0;
    for (const auto word : words) any |= word;
    return any == 0;
}

/// Copies `size` letters, in upper case where asked to; false when one of them is no letter that a
/// sequence can have, and `out` then holds anything. `in` and `out` do not overlap.
inline bool copy_letters(const std::uint8_t* in, std::size_t size, char* out, bool upper) {
    if (size < sizeof(letters16)) return copy_few_letters(in, size, out, upper);
    return copy_vectors<letters16>(in, size, out, upper);
}

/// Lines of a FASTA file, of equal length.
struct line_shape {
    std::size_t bases = 0;
    std::size_t bytes = 0;  ///< with the line end: LF, or CR LF
};

/// Copies the letters of `lines` whole lines, as `copy_letters`; false also when one of them does
/// not end as it should. Every level does the same.
bool copy_lines(
    const std::uint8_t* in,
    std::size_t lines,
    line_shape shape,
    char* out,
    bool upper,
    simd_level level = best_simd()
);

/// Whether all of `size` bytes are letters that a sequence can have.
inline bool are_letters(const std::uint8_t* in, std::size_t size) {
    std::uint64_t bad = 0;
    std::size_t at = 0;
    for (; at + 8 <= size; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, in + at, 8);
        bad |= not_graphic(word);
    }
    std::uint64_t word = every_byte * 'A';
    std::memcpy(&word, in + at, size - at);
    return (bad | not_graphic(word)) == 0;
}

}  // namespace callstream::reference
