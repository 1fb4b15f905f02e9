// Letters of sequences, eight at a time.
#pragma once

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

/// Copies `size` letters, in upper case where asked to; false when one of them is no letter that a
/// sequence can have, and `out` then holds anything.
inline bool copy_letters(const std::uint8_t* in, std::size_t size, char* out, bool upper) {
    std::uint64_t bad = 0;
    std::size_t at = 0;
    for (; at + 8 <= size; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, in + at, 8);
        bad |= not_graphic(word);
        if (upper) word = upper_case(word);
        std::memcpy(out + at, &word, 8);
    }
    if (at < size) {
        std::uint64_t word = every_byte * 'A';
        std::memcpy(&word, in + at, size - at);
        bad |= not_graphic(word);
        if (upper) word = upper_case(word);
        std::memcpy(out + at, &word, size - at);
    }
    return bad == 0;
}

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
