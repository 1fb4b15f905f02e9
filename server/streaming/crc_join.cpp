#include "server/streaming/crc_join.hpp"

#include "engine/core/simd.hpp"

#include <isa-l/crc.h>

#include <array>
#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace callstream::streaming {
namespace {

// Reflected: the highest bit is x^0.
constexpr std::uint32_t polynomial = 0xEDB88320;
constexpr std::uint32_t one = 0x80000000;

constexpr std::uint32_t times_x(std::uint32_t a) {
    return (a >> 1) ^ ((a & 1) != 0 ? polynomial : 0);
}

constexpr std::uint32_t times(std::uint32_t a, std::uint32_t b) {
    std::uint32_t product = 0;
    for (; a != 0; a <<= 1) {
        if ((a & one) != 0) product ^= b;
        b = times_x(b);
    }
    return product;
}

constexpr std::uint32_t x_to_the(std::uint64_t n) {
    std::uint32_t power = one;
    for (std::uint32_t square = one >> 1; n != 0; n >>= 1) {
        if ((n & 1) != 0) power = times(power, square);
        square = times(square, square);
    }
    return power;
}

struct factors {
    std::uint32_t near;
    std::uint32_t far;
};

factors factors_for(std::uint64_t bytes) {
    return {x_to_the(8 * bytes - 1), x_to_the(8 * bytes + 31)};
}

constexpr std::size_t looked_up = 4096;

const std::array<factors, looked_up>& short_factors() {
    static const auto table = [] {
        std::array<factors, looked_up> made{};
        made[1] = factors_for(1);
        for (std::size_t n = 2; n < made.size(); ++n) {
            made[n] = made[n - 1];
            for (int bit = 0; bit < 8; ++bit) {
                made[n] = {times_x(made[n].near), times_x(made[n].far)};
            }
        }
        return made;
    }();
    return table;
}

/// As the instruction: 63 bits, the highest of them x^0.
std::uint64_t multiply(std::uint32_t a, std::uint32_t b) {
    std::uint64_t product = 0;
    for (int bit = 0; bit < 32; ++bit) {
        if ((a >> bit & 1) != 0) product ^= std::uint64_t{b} << bit;
    }
    return product;
}

std::uint64_t add_scalar(std::uint64_t state, const crc_piece* pieces, std::size_t count) {
    for (const auto* p = pieces; p != pieces + count; ++p) {
        if (p->length == 0) continue;
        state = multiply(static_cast<std::uint32_t>(state >> 32), p->near) ^
                multiply(static_cast<std::uint32_t>(state), p->far) ^ std::uint64_t{p->crc} << 32;
    }
    return state;
}

#if defined(__x86_64__)
/// The low half of one times the high half of the other, and the other way round.
CALLSTREAM_CARRYLESS
__m128i times_both(__m128i what, __m128i by) {
    return _mm_xor_si128(
        _mm_clmulepi64_si128(what, by, 0x10), _mm_clmulepi64_si128(what, by, 0x01)
    );
}

CALLSTREAM_CARRYLESS
__m128i moved(__m128i state, factors by) {
    const __m128i zero = _mm_setzero_si128();
    const auto both = std::bit_cast<long long>(by);
    return times_both(
        _mm_unpacklo_epi32(state, zero), _mm_unpacklo_epi32(_mm_cvtsi64_si128(both), zero)
    );
}

CALLSTREAM_CARRYLESS
__m128i moved(std::uint32_t crc, std::uint32_t near) {
    return _mm_clmulepi64_si128(
        _mm_cvtsi32_si128(static_cast<int>(crc)), _mm_cvtsi32_si128(static_cast<int>(near)), 0
    );
}

/// Four pieces at a time: one step waits for another no longer than for two multiplications.
CALLSTREAM_CARRYLESS
std::uint64_t add_carryless(std::uint64_t state, const crc_piece* pieces, std::size_t count) {
    const auto& table = short_factors();
    __m128i now = _mm_cvtsi64_si128(static_cast<long long>(state));
    const auto own = [](std::uint32_t crc) CALLSTREAM_CARRYLESS {
        return _mm_cvtsi64_si128(static_cast<long long>(std::uint64_t{crc} << 32));
    };
    const auto* p = pieces;
    for (; p + 4 <= pieces + count; p += 4) {
        const std::uint64_t behind_second = std::uint64_t{p[2].length} + p[3].length;
        const std::uint64_t behind_first = behind_second + p[1].length;
        const std::uint64_t all = behind_first + p[0].length;
        if (all >= looked_up || p[3].length == 0) break;
        now = moved(now, table[all]);
        const __m128i first = moved(p[0].crc, table[behind_first].near);
        const __m128i second = moved(p[1].crc, table[behind_second].near);
        const __m128i third = moved(p[2].crc, p[3].near);
        now = _mm_xor_si128(
            _mm_xor_si128(now, own(p[3].crc)), _mm_xor_si128(first, _mm_xor_si128(second, third))
        );
    }
    for (; p != pieces + count; ++p) {
        if (p->length == 0) continue;
        now = _mm_xor_si128(moved(now, factors{p->near, p->far}), own(p->crc));
    }
    return static_cast<std::uint64_t>(_mm_cvtsi128_si64(now));
}
/// ISA-L leaves the upper halves of registers as they are, which makes what follows in SSE slow.
__attribute__((target("avx"))) void clear_upper_halves() {
    _mm256_zeroupper();
}
#else
constexpr auto add_carryless = add_scalar;
void clear_upper_halves() {}
#endif

}  // namespace

crc_piece crc_piece_of(std::uint32_t crc, std::uint32_t length) {
    if (length == 0) return {};
    const auto f = length < looked_up ? short_factors()[length] : factors_for(length);
    return {crc, length, f.near, f.far};
}

crc_piece crc_piece_of(std::string_view text) {
    return crc_piece_of(crc_of(text), static_cast<std::uint32_t>(text.size()));
}

std::uint32_t crc_of(std::string_view text, std::uint32_t before) {
    // ISA-L does not write to its input, though its interface does not say so.
    auto* bytes = reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
    const auto crc = crc32_gzip_refl(before, bytes, text.size());
    if (best_simd() != simd_level::none) clear_upper_halves();
    return crc;
}

crc_join::how crc_join::best() noexcept {
    return has_carryless_multiply() ? how::carryless : how::scalar;
}

void crc_join::add(const crc_piece* pieces, std::size_t count) noexcept {
    state_ = way_ == how::carryless ? add_carryless(state_, pieces, count)
                                    : add_scalar(state_, pieces, count);
}

std::uint32_t crc_join::value() const noexcept {
    static constexpr std::uint32_t x32 = x_to_the(32);
    return static_cast<std::uint32_t>(state_ >> 32) ^
           times(static_cast<std::uint32_t>(state_), x32);
}

}  // namespace callstream::streaming
