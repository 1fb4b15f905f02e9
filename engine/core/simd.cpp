#include "engine/core/simd.hpp"

#include <algorithm>
#include <cstdlib>

namespace callstream {
namespace {

simd_level level_of_machine() noexcept {
#if defined(__x86_64__)
    const bool has_avx512 = __builtin_cpu_supports("avx512f") &&
                            __builtin_cpu_supports("avx512bw") &&
                            __builtin_cpu_supports("avx512vbmi");
    if (has_avx512) return simd_level::avx512;
    return __builtin_cpu_supports("avx2") ? simd_level::avx2 : simd_level::none;
#else
    return simd_level::none;
#endif
}

}  // namespace

simd_level best_simd() noexcept {
    static const simd_level best = [] {
        const char* wish = std::getenv(simd_variable);
        return lowered_simd(level_of_machine(), wish == nullptr ? "" : wish);
    }();
    return best;
}

simd_level lowered_simd(simd_level machine, std::string_view wish) noexcept {
    for (const auto level : {simd_level::none, simd_level::avx2, simd_level::avx512}) {
        if (wish == name_of(level)) return std::min(machine, level);
    }
    return machine;
}

std::string_view name_of(simd_level level) noexcept {
    switch (level) {
        case simd_level::none:
            return "scalar";
        case simd_level::avx2:
            return "avx2";
        case simd_level::avx512:
            break;
    }
    return "avx512";
}

bool has_carryless_multiply() noexcept {
#if defined(__x86_64__)
    static const bool has = best_simd() != simd_level::none && __builtin_cpu_supports("pclmul") &&
                            __builtin_cpu_supports("sse4.1");
    return has;
#else
    return false;
#endif
}

}  // namespace callstream
