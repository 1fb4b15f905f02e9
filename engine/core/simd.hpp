// How much of the processor the innermost loops use, found out when the program runs: one binary
// serves all machines. Every level computes the same.
#pragma once

namespace callstream {

enum class simd_level { none, avx2, avx512 };  // avx512: with VBMI

/// The best one of this machine.
simd_level best_simd() noexcept;

/// Whether it multiplies without carries (PCLMULQDQ), which is how checksums are joined.
bool has_carryless_multiply() noexcept;

}  // namespace callstream

#if defined(__x86_64__)
/// Before functions that use the instructions of a level; they may be called only on machines that
/// have it.
#define CALLSTREAM_CARRYLESS __attribute__((target("pclmul,sse4.1")))
#define CALLSTREAM_AVX2 __attribute__((target("avx2")))
#define CALLSTREAM_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi")))
#endif
