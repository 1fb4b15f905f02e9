#include "server/load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace callstream::load {

/// The first two powers of two hold a number each; from then on the leading bits say the bucket.
std::size_t histogram::bucket_of(std::uint64_t nanoseconds) {
    const auto width = static_cast<unsigned>(std::bit_width(nanoseconds));
    if (width <= fine_bits + 1) return nanoseconds;
    const unsigned shift = width - fine_bits - 1;
    const std::size_t at = (std::size_t{shift} << fine_bits) + (nanoseconds >> shift);
    return std::min(at, buckets - 1);
}

/// The greatest number that lies in it.
std::uint64_t histogram::end_of(std::size_t bucket) {
    constexpr std::size_t single = std::size_t{2} << fine_bits;
    if (bucket < single) return bucket;
    const auto shift = static_cast<unsigned>((bucket >> fine_bits) - 1);
    const std::uint64_t leading = bucket - (std::size_t{shift} << fine_bits);
    return ((leading + 1) << shift) - 1;
}

void histogram::add(std::uint64_t nanoseconds) {
    ++count_;
    max_ = std::max(max_, nanoseconds);
    ++in_[bucket_of(nanoseconds)];
}

void histogram::add(const histogram& other) {
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
    for (std::size_t i = 0; i < buckets; ++i) in_[i] += other.in_[i];
}

std::uint64_t histogram::percentile(double share) const {
    if (count_ == 0) return 0;
    const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets; ++i) {
        seen += in_[i];
        if (seen >= std::max<std::uint64_t>(rank, 1)) return std::min(end_of(i), max_);
    }
    return max_;
}

}  // namespace callstream::load
