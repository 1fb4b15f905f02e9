// Ways to damage a file: the same ones on every machine and in every run.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <random>
#include <string>

namespace callstream::testing {

/// Calls `visit` with every shorter beginning of `bytes`.
inline void for_each_truncation(
    const std::string& bytes, const std::function<void(const std::string&)>& visit
) {
    for (std::size_t size = 0; size < bytes.size(); ++size) visit(bytes.substr(0, size));
}

/// Calls `visit` `count` times, each time with one byte of `bytes` changed.
inline void for_each_flip(
    const std::string& bytes,
    int count,
    std::uint64_t seed,
    const std::function<void(const std::string&)>& visit
) {
    std::mt19937_64 random(seed);
    for (int i = 0; i < count && !bytes.empty(); ++i) {
        std::string changed = bytes;
        changed[random() % bytes.size()] ^= static_cast<char>(1 + random() % 255);
        visit(changed);
    }
}

/// Calls `visit` with every 4 and every 8 bytes of `bytes` in turn made a number that a program may
/// not expect.
inline void for_each_odd_number(
    const std::string& bytes, const std::function<void(const std::string&)>& visit
) {
    constexpr std::array<std::uint64_t, 9> odd = {
        0,
        1,
        0x7fffffff,
        0x80000000,
        0xffffffff,
        0xfffffff0,
        1ULL << 32,
        0x7fffffffffffffff,
        1ULL << 63};
    for (const std::size_t width : {std::size_t{4}, std::size_t{8}}) {
        for (std::size_t at = 0; at + width <= bytes.size(); ++at) {
            for (const std::uint64_t number : odd) {
                std::string changed = bytes;
                for (std::size_t i = 0; i < width; ++i) {
                    changed[at + i] = static_cast<char>(number >> (8 * i) & 0xff);
                }
                visit(changed);
            }
        }
    }
}

}  // namespace callstream::testing
