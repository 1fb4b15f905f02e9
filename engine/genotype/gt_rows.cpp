#include "engine/genotype/gt_rows.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace callstream::genotype {

gt_row_plan::gt_row_plan(
    simd_level level,
    std::uint32_t ploidy,
    std::string_view before,
    std::string_view after,
    char phased,
    char unphased
)
    : level_(level),
      register_(level == simd_level::avx512 ? 64 : 16),
      ploidy_(ploidy),
      width_(before.size() + 2 * std::size_t{ploidy} - 1 + after.size()) {
    constexpr std::uint32_t ploidy_max = 8;
    if (level == simd_level::none || ploidy == 0 || ploidy > ploidy_max || width_ > width_max) {
        return;
    }
    phased_.fill(static_cast<std::uint8_t>(phased));
    unphased_.fill(static_cast<std::uint8_t>(unphased));
    if (!place_constants(before, after)) return;
    genotypes_ = register_ / ploidy;
    pieces_ = (genotypes_ * width_ + register_ - 1) / register_;
    auto* to = source_.data();
    for (std::size_t allele = 0; allele < genotypes_ * ploidy; ++allele) {
        const bool is_first = allele % ploidy == 0;
        if (is_first) {
            for (const char c : before) *to++ = place_of(c);
        } else {
            *to++ = static_cast<std::uint8_t>(register_ + allele);
        }
        *to++ = static_cast<std::uint8_t>(allele);
        if (allele % ploidy != ploidy - 1) continue;
        for (const char c : after) *to++ = place_of(c);
    }
}

/// A first allele has no separator, so there the separators' register has a character for whatever
/// stands around genotypes. False when those are too many.
bool gt_row_plan::place_constants(std::string_view before, std::string_view after) {
    std::string_view seen[] = {before, after};
    std::size_t place = 0;
    std::array<bool, 256> is_placed{};
    for (const auto text : seen) {
        for (const char c : text) {
            const auto byte = static_cast<std::uint8_t>(c);
            if (is_placed[byte]) continue;
            if (place + ploidy_ > register_) return false;
            is_placed[byte] = true;
            phased_[place] = unphased_[place] = byte;
            place += ploidy_;
        }
    }
    return true;
}

std::uint8_t gt_row_plan::place_of(char constant) const {
    std::size_t place = 0;
    while (phased_[place] != static_cast<std::uint8_t>(constant)) place += ploidy_;
    return static_cast<std::uint8_t>(register_ + place);
}

void gt_row_plan::set_alleles(std::string_view characters) {
    alleles_ = static_cast<std::uint8_t>(std::min(characters.size(), code_count - 1));
    characters_ = {};
    for (std::size_t at = 0; at < characters_.size(); at += code_count) {
        std::memcpy(characters_.data() + at + 1, characters.data(), alleles_);
    }
}

#if defined(__x86_64__)

namespace {

CALLSTREAM_AVX2 inline __m128i load_16(const std::uint8_t* bytes) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}

CALLSTREAM_AVX2 inline __m256i twice(const std::uint8_t* bytes) {
    return _mm256_broadcastsi128_si256(load_16(bytes));
}

/// A shuffle makes nothing of places with the highest bit: here those of the other register, which
/// have bit 4.
CALLSTREAM_AVX2 inline __m256i without_others(__m256i places) {
    const __m256i other = _mm256_and_si256(places, _mm256_set1_epi8(16));
    return _mm256_or_si256(places, _mm256_slli_epi16(other, 3));
}

CALLSTREAM_AVX2 inline void store(char* out, __m128i text) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), text);
}

}  // namespace

/// Two registers of 16 bytes at once, one in either half. With the number of pieces known, masks
/// stay in registers.
template <std::size_t Pieces>
CALLSTREAM_AVX2 gt_row_plan::written gt_row_plan::write_avx2(
    char* out, const std::uint8_t* gt, std::size_t count
) const noexcept {
    constexpr std::size_t half = 16;
    const std::size_t step_in = genotypes_ * ploidy_;
    const std::size_t step_out = genotypes_ * width_;
    const std::uint8_t* const end = gt + count * ploidy_;
    const __m256i characters = twice(characters_.data());
    const __m256i phased = twice(phased_.data());
    const __m256i unphased = twice(unphased_.data());
    const __m256i first = _mm256_set1_epi8(2);  // allele code 1, not phased
    const __m256i span = _mm256_set1_epi8(static_cast<char>(2 * alleles_ - 1));
    const __m256i code_bits = _mm256_set1_epi8(0x0f);
    __m256i of_alleles[Pieces];
    __m256i of_separators[Pieces];
    for (std::size_t i = 0; i < Pieces; ++i) {
        const __m256i source = twice(source_.data() + i * half);
        of_alleles[i] = without_others(source);
        of_separators[i] = without_others(_mm256_xor_si256(source, _mm256_set1_epi8(half)));
    }
    written done{0, out};
    const auto left = [&] { return static_cast<std::size_t>(end - gt); };
    while (left() >= half) {
        const bool has_two = left() >= step_in + half;  // loaded whole, whatever a step takes of it
        const __m256i in = _mm256_inserti128_si256(
            _mm256_castsi128_si256(load_16(gt)), load_16(has_two ? gt + step_in : gt), 1
        );
        const __m256i above = _mm256_subs_epu8(_mm256_sub_epi8(in, first), span);
        const auto bad = static_cast<std::uint32_t>(
            ~_mm256_movemask_epi8(_mm256_cmpeq_epi8(above, _mm256_setzero_si256()))
        );
        const __m256i codes = _mm256_and_si256(_mm256_srli_epi16(in, 1), code_bits);
        const __m256i alleles = _mm256_shuffle_epi8(characters, codes);
        const __m256i separators = _mm256_blendv_epi8(unphased, phased, _mm256_slli_epi16(in, 7));
        __m256i text[Pieces];
        for (std::size_t i = 0; i < Pieces; ++i) {
            text[i] = _mm256_or_si256(
                _mm256_shuffle_epi8(alleles, of_alleles[i]),
                _mm256_shuffle_epi8(separators, of_separators[i])
            );
            store(done.end + i * half, _mm256_castsi256_si128(text[i]));
        }
        // After the first half: its last piece may reach into the second.
        for (std::size_t i = 0; has_two && i < Pieces; ++i) {
            store(done.end + step_out + i * half, _mm256_extracti128_si256(text[i], 1));
        }
        const std::size_t genotypes = (has_two ? 2 : 1) * genotypes_;
        if (bad != 0) {
            // Those before the first that cannot be written are right.
            const auto at = static_cast<std::size_t>(std::countr_zero(bad));
            const std::size_t fine = at < half
                                         ? std::min(at / ploidy_, genotypes_)
                                         : genotypes_ + std::min((at - half) / ploidy_, genotypes_);
            const std::size_t kept = std::min(fine, genotypes);
            return {done.genotypes + kept, done.end + kept * width_};
        }
        gt += genotypes * ploidy_;
        done.genotypes += genotypes;
        done.end += genotypes * width_;
    }
    return done;
}

template <std::size_t Pieces>
CALLSTREAM_AVX512 gt_row_plan::written gt_row_plan::write_avx512(
    char* out, const std::uint8_t* gt, std::size_t count
) const noexcept {
    constexpr std::size_t whole = 64;
    const __m512i characters = _mm512_loadu_si512(characters_.data());
    const __m512i phased = _mm512_loadu_si512(phased_.data());
    const __m512i unphased = _mm512_loadu_si512(unphased_.data());
    const __m512i first = _mm512_set1_epi8(2);  // allele code 1, not phased
    const __m512i span = _mm512_set1_epi8(static_cast<char>(2 * alleles_ - 1));
    const __m512i code_bits = _mm512_set1_epi8(0x0f);
    const __m512i phase_bit = _mm512_set1_epi8(1);
    __m512i source[Pieces];
    for (std::size_t i = 0; i < Pieces; ++i) {
        source[i] = _mm512_loadu_si512(source_.data() + i * whole);
    }
    written done{0, out};
    while (count > 0) {
        const std::size_t genotypes = std::min(count, genotypes_);
        const std::size_t bytes = genotypes * ploidy_;
        const auto there = ~std::uint64_t{0} >> (whole - bytes);
        const __m512i in = _mm512_maskz_loadu_epi8(there, gt);
        const auto fine = _mm512_cmple_epu8_mask(_mm512_sub_epi8(in, first), span);
        const __m512i codes = _mm512_and_si512(_mm512_srli_epi16(in, 1), code_bits);
        const __m512i alleles = _mm512_shuffle_epi8(characters, codes);
        const __m512i separators =
            _mm512_mask_blend_epi8(_mm512_test_epi8_mask(in, phase_bit), unphased, phased);
        const std::size_t text_bytes = genotypes * width_;
        for (std::size_t i = 0; i < Pieces && i * whole < text_bytes; ++i) {
            const __m512i text = _mm512_permutex2var_epi8(alleles, source[i], separators);
            _mm512_storeu_si512(done.end + i * whole, text);
        }
        const std::uint64_t bad = there & ~fine;
        if (bad != 0) {
            // Those before the first that cannot be written are right.
            const std::size_t kept = static_cast<std::size_t>(std::countr_zero(bad)) / ploidy_;
            return {done.genotypes + kept, done.end + kept * width_};
        }
        gt += bytes;
        count -= genotypes;
        done.genotypes += genotypes;
        done.end += text_bytes;
    }
    return done;
}

template <std::size_t... Less>
constexpr auto gt_row_plan::avx2_kernels(std::index_sequence<Less...>) {
    return std::array{&gt_row_plan::write_avx2<Less + 1>...};
}

template <std::size_t... Less>
constexpr auto gt_row_plan::avx512_kernels(std::index_sequence<Less...>) {
    return std::array{&gt_row_plan::write_avx512<Less + 1>...};
}

#endif

gt_row_plan::written gt_row_plan::write(char* out, const std::uint8_t* gt, std::size_t count)
    const noexcept {
#if defined(__x86_64__)
    static constexpr auto avx2 = avx2_kernels(std::make_index_sequence<width_max>());
    static constexpr auto avx512 = avx512_kernels(std::make_index_sequence<width_max>());
    if (usable()) {
        const auto& kernels = level_ == simd_level::avx512 ? avx512 : avx2;
        return (this->*kernels[pieces_ - 1])(out, gt, count);
    }
#else
    (void)gt, (void)count;
#endif
    return {0, out};
}

}  // namespace callstream::genotype
