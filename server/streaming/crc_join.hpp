// CRC-32 (that of gzip) of a text from those of its pieces: a piece whose checksum is known is
// added without looking at its bytes. The checksum is linear over GF(2), so a piece of n bytes
// multiplies what stood before it with x^(8n), and its own is added.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace callstream::streaming {

/// What adding a text takes. Of no text: changes nothing.
struct crc_piece {
    std::uint32_t crc = 0;  ///< of the text alone
    std::uint32_t length = 0;
    std::uint32_t near = 0;  ///< x^(8n - 1) mod P, bits reflected: see crc_join
    std::uint32_t far = 0;   ///< x^(8n + 31) mod P
};

/// Of a text below 4 GiB; of one below 4 KiB the factors are looked up.
crc_piece crc_piece_of(std::string_view text);
/// With a checksum that is known.
crc_piece crc_piece_of(std::uint32_t crc, std::uint32_t length);

/// The checksum of a text that goes on behind one with this checksum.
std::uint32_t crc_of(std::string_view text, std::uint32_t before = 0);

/// Joins pieces one behind the other. The state is not brought below P's degree until somebody
/// asks, because that would be most of the work: it is a polynomial of degree 63, x^0 in the
/// highest bit. A product of two reflected factors lacks a shift by one bit, which the factors make
/// up for.
class crc_join {
 public:
    enum class how { scalar, carryless };
    static how best() noexcept;

    /// `carryless` only on a machine that has it.
    explicit crc_join(how way = best()) noexcept : way_(way) {}

    void add(const crc_piece& piece) noexcept { add(&piece, 1); }
    void add(const crc_piece* pieces, std::size_t count) noexcept;

    std::uint32_t value() const noexcept;

 private:
    how way_;
    std::uint64_t state_ = 0;
};

}  // namespace callstream::streaming
