// The hash under the checksums of answers: of texts that come in pieces, small enough to be copied,
// and written down here, so that another program can make the same.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace callstream::load {

/// Spreads every bit over the whole word.
constexpr std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
}

/// Of two values whose order counts.
constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    return mix(std::rotl(a, 23) * 0x9E3779B97F4A7C15ULL + b);
}

/// Takes the bytes eight at a time, little-endian, the last ones filled up with zeros, then their
/// count. Where the pieces were cut makes no difference.
class text_hash {
 public:
    constexpr void add(std::string_view bytes) {
        for (; !bytes.empty() && size_ % 8 != 0; bytes.remove_prefix(1)) add(bytes.front());
        for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
            take(word_of(bytes.substr(0, 8)));
            size_ += 8;
        }
        if (bytes.empty()) return;
        word_ = word_of(bytes);
        size_ += bytes.size();
    }
    constexpr void add(char c) {
        word_ |= std::uint64_t{static_cast<unsigned char>(c)} << (size_ % 8 * 8);
        if (++size_ % 8 != 0) return;
        take(word_);
        word_ = 0;
    }
    constexpr std::uint64_t size() const { return size_; }
    constexpr std::uint64_t value() const { return mix(mix(sum_, word_), size_); }

 private:
    /// Compilers make one load of eight bytes.
    static constexpr std::uint64_t word_of(std::string_view bytes) {
        std::uint64_t out = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            out |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (i * 8);
        }
        return out;
    }
    /// Cheap, because a sequence of bases has many words; `value` spreads what comes of it.
    constexpr void take(std::uint64_t word) {
        sum_ = (sum_ ^ word) * 0x9E3779B97F4A7C15ULL;
        sum_ ^= sum_ >> 32;
    }

    std::uint64_t sum_ = 0;
    std::uint64_t word_ = 0;
    std::uint64_t size_ = 0;
};

constexpr std::uint64_t hash_of(std::string_view text) {
    text_hash out;
    out.add(text);
    return out.value();
}

}  // namespace callstream::load
