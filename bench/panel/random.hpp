// The panel maker's own random numbers, in integers only: the distributions of the standard library
// and the functions of libm differ between machines, and the same arguments shall give the same
// bytes. xoshiro256** (Blackman and Vigna, public domain), seeded through splitmix64.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace callstream::panel {

class random_source {
 public:
    explicit random_source(std::uint64_t seed) {
        for (auto& word : state_) {
            seed += 0x9e3779b97f4a7c15U;
            std::uint64_t z = seed;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
            z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
            word = z ^ (z >> 31);
        }
    }

    std::uint64_t next() {
        const std::uint64_t out = std::rotl(state_[1] * 5, 7) * 9;
        const std::uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return out;
    }

    /// Below `bound`, which is at least 1 and less than 2^32. The bias is below 2^-32.
    std::uint32_t below(std::uint32_t bound) {
        return static_cast<std::uint32_t>((next() >> 32) * bound >> 32);
    }

 private:
    std::array<std::uint64_t, 4> state_{};
};

/// How often something happens whose expected number is small and not whole: the whole part always,
/// one more with the probability of the rest, which is carried over instead of drawn.
class event_counter {
 public:
    /// `expected` in units of 2^-32 events.
    std::uint32_t advance(std::uint64_t expected) {
        carried_ += expected;
        const auto events = static_cast<std::uint32_t>(carried_ >> 32);
        carried_ &= 0xffffffffU;
        return events;
    }

 private:
    std::uint64_t carried_ = 0;
};

/// A probability or rate in units of 2^-32.
inline std::uint64_t fixed_point(double rate) {
    return static_cast<std::uint64_t>(rate * 4294967296.0);
}

}  // namespace callstream::panel
