// How much of the processor the innermost loops use, found out when the program runs: one binary
// serves all machines. Every level computes the same.
#pragma once

#include <string_view>

namespace callstream {

enum class simd_level { none, avx2, avx512 };  // avx512: with VBMI

/// The environment variable that can lower the level, for tests and for finding faults.
constexpr const char* simd_variable = "CALLSTREAM_SIMD";

/// The best one of this machine, or the lower one that CALLSTREAM_SIMD names. Found out once;
/// thread-safe.
simd_level best_simd() noexcept;

/// `machine`, or what `wish` names where that is less: scalar, avx2 or avx512. Any other text
/// wishes nothing.
simd_level lowered_simd(simd_level machine, std::string_view wish) noexcept;

/// As CALLSTREAM_SIMD names it.
std::string_view name_of(simd_level level) noexcept;

/// Whether it multiplies without carries (PCLMULQDQ), which is how checksums are joined. Not with
/// `CALLSTREAM_SIMD=scalar`.
bool has_carryless_multiply() noexcept;

}  // namespace callstream

#if defined(__x86_64__)
/// Before functions that use the instructions of a level; they may be called only on machines that
/// have it.
#define CALLSTREAM_CARRYLESS __attribute__((target("pclmul,sse4.1")))
#define CALLSTREAM_AVX2 __attribute__((target("avx2")))
#define CALLSTREAM_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi")))
#endif
