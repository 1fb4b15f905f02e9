// Durations in buckets: percentiles of any number of them in bounded memory.
#pragma once

#include <array>
#include <cstdint>

namespace callstream::load {

/// Buckets of a 64th of their power of two: a percentile is at most 1.6 % too high.
class histogram {
 public:
    void add(std::uint64_t nanoseconds);
    void add(const histogram& other);

    std::uint64_t count() const { return count_; }
    std::uint64_t max() const { return max_; }  ///< nanoseconds, exact
    /// The least duration that `share` (0 to 1) of all do not exceed, in nanoseconds; 0 when there
    /// is none.
    std::uint64_t percentile(double share) const;

 private:
    static constexpr unsigned fine_bits = 6;
    static constexpr unsigned octaves = 42;  // an hour and more; longer ones share the last bucket
    static constexpr std::size_t buckets = std::size_t{octaves} << fine_bits;

    static std::size_t bucket_of(std::uint64_t nanoseconds);
    static std::uint64_t end_of(std::size_t bucket);

    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
    std::array<std::uint64_t, buckets> in_{};
};

}  // namespace callstream::load
