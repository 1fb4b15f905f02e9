// Huffman codes of one deflate block (RFC 1951, section 3.2.7), made of how often symbols occur,
// and ready to be looked up. Every symbol has a code, so any text can be written with any codes.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>

namespace callstream::streaming {

/// Bits in the order of the stream, the first one lowest.
struct bit_code {
    std::uint32_t bits = 0;
    std::uint32_t count = 0;
};

constexpr std::uint32_t copy_length_min = 3;
constexpr std::uint32_t copy_length_max = 258;
constexpr std::uint32_t copy_distance_max = 32'768;

/// How often each symbol occurred.
struct symbol_counts {
    static constexpr std::size_t literals_and_lengths = 286;
    static constexpr std::size_t distances = 30;

    std::array<std::uint32_t, literals_and_lengths> of_text{};
    std::array<std::uint32_t, distances> of_distance{};

    /// Of texts like JSON with many numbers and long repeats.
    static symbol_counts usual();
};

/// 257 to 285, for a length that can be copied.
std::uint32_t length_symbol(std::uint32_t length);
/// 0 to 29, for a distance of at most 32 KiB.
std::uint32_t distance_symbol(std::uint32_t distance);

class deflate_codes {
 public:
    /// Counts below 2^20.
    explicit deflate_codes(const symbol_counts& counts);

    bit_code literal(char c) const noexcept { return literals_[static_cast<unsigned char>(c)]; }
    bit_code end_of_block() const noexcept { return end_; }
    /// With the bits that say which of the lengths of its symbol it is.
    bit_code length(std::uint32_t length) const noexcept { return lengths_[length]; }
    bit_code distance(std::uint32_t distance) const noexcept {
        const std::uint32_t d = distance - 1;
        if (d < 4) return distances_[d];
        // A symbol says the highest bit and the one below it.
        const auto extra = static_cast<std::uint32_t>(std::bit_width(d)) - 2;
        const auto& symbol = distances_[2 * extra + (d >> extra)];
        return {symbol.bits | (d & ((1U << extra) - 1)) << symbol.count, symbol.count + extra};
    }

    /// How a block with these codes begins, the three bits of its kind included, not the last one.
    const std::string& header() const noexcept { return header_; }
    std::uint32_t header_bits() const noexcept { return header_bits_; }

 private:
    std::array<bit_code, 256> literals_;
    bit_code end_;
    std::array<bit_code, copy_length_max + 1> lengths_;
    std::array<bit_code, symbol_counts::distances> distances_;
    std::string header_;
    std::uint32_t header_bits_ = 0;
};

}  // namespace callstream::streaming
