#include "engine/hts/gt_columns.hpp"

#include "engine/hts/gt_value.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace callstream::hts {
namespace {

constexpr std::uint32_t plain_ploidy_max = 14;
constexpr std::uint32_t plain_allele_max = 62;
constexpr auto end_of_genotype = static_cast<std::uint8_t>(gt_vector_end<std::int8_t>);
/// What the widest loads may write beyond the last genotype.
constexpr std::size_t overshoot = 32;

const char* end_of_column(const char* at, const char* end) {
    const auto* tab =
        static_cast<const char*>(std::memchr(at, '\t', static_cast<std::size_t>(end - at)));
    return tab == nullptr ? end : tab;
}

}  // namespace

/// Where reading stands: in the text, and in the values.
struct gt_columns::place {
    const char* text;
    const char* end;
    std::uint8_t* out;
    std::size_t left;       // samples
    std::uint32_t longest;  // genotype so far
};

bool gt_columns::read(
    std::string_view columns, std::size_t samples, std::uint8_t key, tail behind
) {
    samples_ = samples;
    behind_ = behind;
    if (samples == 0 || columns.empty()) return false;
    // Lines are mostly like the one before.
    for (int turn = 0; turn < 3; ++turn) {
        bytes_.resize(head_bytes + samples * ploidy_ + overshoot);
        if (!fill(columns)) return false;
        if (longest_ == ploidy_) {
            constexpr std::uint8_t one_int8 = 0x11;
            bytes_[0] = one_int8;
            bytes_[1] = key;
            bytes_[2] = static_cast<std::uint8_t>(ploidy_ << 4 | 1U);
            return true;
        }
        if (longest_ > plain_ploidy_max) return false;
        ploidy_ = longest_;
    }
    return false;
}

/// `longest_` is what `ploidy_` must be for the values to count.
bool gt_columns::fill(std::string_view columns) {
    place at{
        columns.data(), columns.data() + columns.size(), bytes_.data() + head_bytes, samples_, 0};
    while (at.left > 0) {
        if (ploidy_ == 2 && behind_ == tail::none) read_pairs(at);
        if (at.left > 0 && !read_cell(at)) return false;
    }
    longest_ = at.longest;
    return at.text > at.end;  // behind the end of the last column
}

/// One column and the tab behind it. A genotype with more alleles than there is room for only
/// counts them.
bool gt_columns::read_cell(place& at) const {
    const char* p = at.text;
    std::uint32_t count = 0;
    bool phased = false;
    for (;;) {
        if (p >= at.end) return false;
        std::uint32_t code = 0;  // 0: missing
        if (*p == '.') {
            ++p;
        } else {
            const char* const first = p;
            std::uint32_t allele = 0;
            for (; p < at.end && *p >= '0' && *p <= '9'; ++p) {
                allele = 10 * allele + static_cast<std::uint32_t>(*p - '0');
                if (allele > plain_allele_max) return false;
            }
            if (p == first) return false;
            code = allele + 1;
        }
        if (count < ploidy_) {
            at.out[count] = static_cast<std::uint8_t>(code << 1 | (phased ? 1U : 0U));
        }
        ++count;
        if (p < at.end && *p == ':' && behind_ == tail::ignored) {
            const char* const behind = end_of_column(p, at.end);
            // htslib takes a zero byte for an end of its own.
            if (std::memchr(p, '\0', static_cast<std::size_t>(behind - p)) != nullptr) return false;
            p = behind;
        }
        if (p == at.end || *p == '\t') break;
        if ((*p != '|' && *p != '/') || count > plain_ploidy_max) return false;
        phased = *p == '|';
        ++p;
    }
    for (std::uint32_t i = count; i < ploidy_; ++i) at.out[i] = end_of_genotype;
    at.longest = std::max(at.longest, count);
    at.out += ploidy_;
    at.text = p + 1;
    --at.left;
    return true;
}

#if defined(__x86_64__)

namespace {

constexpr auto even_bytes = [] {
    std::array<std::uint8_t, 64> out{};
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = static_cast<std::uint8_t>(2 * i % out.size());
    }
    return out;
}();

/// Eight columns like `0|1`, each with its tab, become eight pairs of bytes. False when they are of
/// another shape; then what is at `out` means nothing.
CALLSTREAM_AVX2 inline bool read_eight(const char* text, std::uint8_t* out) {
    const __m256i in = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
    const __m256i zero = _mm256_setzero_si256();
    const __m256i alleles = _mm256_set1_epi32(0x00ff00ff);
    const __m256i digit = _mm256_sub_epi8(in, _mm256_set1_epi8('0'));
    const __m256i is_digit = _mm256_cmpeq_epi8(_mm256_subs_epu8(digit, _mm256_set1_epi8(9)), zero);
    const __m256i is_missing = _mm256_cmpeq_epi8(in, _mm256_set1_epi8('.'));
    const __m256i is_phased = _mm256_and_si256(
        _mm256_cmpeq_epi8(in, _mm256_set1_epi8('|')), _mm256_set1_epi32(0xff << 8)
    );
    const __m256i is_plain = _mm256_cmpeq_epi8(in, _mm256_set1_epi32('\t' << 24 | '/' << 8));
    const __m256i is_between = _mm256_or_si256(is_plain, is_phased);
    const __m256i is_allele = _mm256_and_si256(_mm256_or_si256(is_digit, is_missing), alleles);
    const __m256i fine = _mm256_or_si256(is_allele, _mm256_andnot_si256(alleles, is_between));
    if (_mm256_movemask_epi8(fine) != -1) return false;
    // (allele + 1) << 1, 0 for a missing one, and the bit for the bar before it.
    const __m256i doubled = _mm256_add_epi8(_mm256_add_epi8(digit, digit), _mm256_set1_epi8(2));
    const __m256i codes = _mm256_andnot_si256(is_missing, doubled);
    const __m256i bars =
        _mm256_and_si256(_mm256_slli_epi32(is_phased, 8), _mm256_set1_epi32(1 << 16));
    const __m256i values = _mm256_or_si256(codes, bars);
    const __m256i order = _mm256_setr_epi8(
        0,
        2,
        4,
        6,
        8,
        10,
        12,
        14,
        -1,
        -1,
        -1,
        -1,
        -1,
        -1,
        -1,
        -1,  //
        0,
        2,
        4,
        6,
        8,
        10,
        12,
        14,
        -1,
        -1,
        -1,
        -1,
        -1,
        -1,
        -1,
        -1
    );
    const __m256i packed = _mm256_permute4x64_epi64(_mm256_shuffle_epi8(values, order), 0b1000);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm256_castsi256_si128(packed));
    return true;
}

/// The same of up to sixteen columns of the `available` bytes, among them the last of a line, which
/// has no tab. Returns how many come before the first of another shape.
CALLSTREAM_AVX512 inline std::size_t read_sixteen(
    const char* text, std::size_t available, std::uint8_t* out
) {
    constexpr std::uint64_t alleles = 0x5555555555555555;
    constexpr std::uint64_t bars = 0x2222222222222222;
    constexpr std::size_t whole = 64;
    const std::uint64_t behind = available < whole ? std::uint64_t{1} << available : 0;
    const __m512i in = _mm512_maskz_loadu_epi8(behind - 1, text);
    const __m512i digit = _mm512_sub_epi8(in, _mm512_set1_epi8('0'));
    const std::uint64_t is_digit = _mm512_cmple_epu8_mask(digit, _mm512_set1_epi8(9));
    const std::uint64_t is_missing = _mm512_cmpeq_epi8_mask(in, _mm512_set1_epi8('.'));
    const std::uint64_t is_phased = bars & _mm512_cmpeq_epi8_mask(in, _mm512_set1_epi8('|'));
    const std::uint64_t is_plain =
        _mm512_cmpeq_epi8_mask(in, _mm512_set1_epi32('\t' << 24 | '/' << 8));
    const std::uint64_t fine =
        ((is_digit | is_missing) & alleles) | (is_plain & ~alleles) | is_phased;
    const __m512i one = _mm512_set1_epi8(1);
    const __m512i code = _mm512_maskz_add_epi8(~is_missing, digit, one);
    const __m512i doubled = _mm512_add_epi8(code, code);
    const __m512i values = _mm512_mask_add_epi8(doubled, is_phased << 1, doubled, one);
    // Of every four bytes the first and the third.
    const __m512i packed =
        _mm512_permutex2var_epi8(values, _mm512_loadu_si512(even_bytes.data()), values);
    constexpr __mmask64 lower_half = 0xffffffff;
    _mm512_mask_storeu_epi8(out, lower_half, packed);
    // The end of the line stands where the last column would have its tab.
    return static_cast<std::size_t>(std::countr_one(fine | behind)) / 4;
}

using read_columns =
    std::size_t(const char* text, const char* end, std::uint8_t* out, std::size_t samples);

/// The last column of a line has no tab, so it is not among those.
CALLSTREAM_AVX2 std::size_t read_eights(
    const char* text, const char* end, std::uint8_t* out, std::size_t samples
) {
    std::size_t done = 0;
    while (samples - done > 8 && end - text > 32 && read_eight(text, out)) {
        text += 32;
        out += 16;
        done += 8;
    }
    return done;
}

CALLSTREAM_AVX512 std::size_t read_sixteens(
    const char* text, const char* end, std::uint8_t* out, std::size_t samples
) {
    constexpr std::size_t columns = 16;
    constexpr std::size_t bytes = 4 * columns;
    std::size_t done = 0;
    // Where the next step begins must not depend on what this one found, or each waits for it.
    while (samples - done >= columns && end - text >= static_cast<std::ptrdiff_t>(bytes)) {
        if (read_sixteen(text, bytes, out) < columns) break;
        text += bytes;
        out += 2 * columns;
        done += columns;
    }
    while (done < samples && text < end) {
        const auto available = static_cast<std::size_t>(end - text);
        const std::size_t some = std::min(read_sixteen(text, available, out), samples - done);
        text += 4 * some;
        out += 2 * some;
        done += some;
        if (some < columns) break;
    }
    return done;
}

}  // namespace

#endif

void gt_columns::read_pairs(place& at) const {
#if defined(__x86_64__)
    if (level_ == simd_level::none) return;
    read_columns& read = level_ == simd_level::avx512 ? read_sixteens : read_eights;
    const std::size_t done = read(at.text, at.end, at.out, at.left);
    at.text += 4 * done;
    at.out += 2 * done;
    at.left -= done;
    if (done > 0) at.longest = std::max(at.longest, 2U);
#else
    (void)at;
#endif
}

}  // namespace callstream::hts
