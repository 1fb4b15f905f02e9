#include "engine/core/simd.hpp"

namespace callstream {

simd_level best_simd() noexcept {
#if defined(__x86_64__)
    static const simd_level best = [] {
        const bool has_avx512 = __builtin_cpu_supports("avx512f") &&
                                __builtin_cpu_supports("avx512bw") &&
                                __builtin_cpu_supports("avx512vbmi");
        if (has_avx512) return simd_level::avx512;
        return __builtin_cpu_supports("avx2") ? simd_level::avx2 : simd_level::none;
    }();
    return best;
#else
    return simd_level::none;
#endif
}

bool has_carryless_multiply() noexcept {
#if defined(__x86_64__)
    static const bool has = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
    return has;
#else
    return false;
#endif
}

}  // namespace callstream
