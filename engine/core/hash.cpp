#include "engine/core/hash.hpp"

#define XXH_INLINE_ALL
#define XXH_NO_INLINE_HINTS 1  // g++ cannot always inline at -Og, which the hints demand
#include <xxhash.h>

namespace callstream {

std::uint64_t hash64(std::string_view bytes) {
    return XXH3_64bits(bytes.data(), bytes.size());
}

struct running_hash::state {
    XXH3_state_t xxh;
};

running_hash::running_hash() : state_(new state) {
    XXH3_128bits_reset(&state_->xxh);
}
running_hash::~running_hash() = default;
running_hash::running_hash(running_hash&&) noexcept = default;
running_hash& running_hash::operator=(running_hash&&) noexcept = default;

void running_hash::add(const void* bytes, std::size_t size) {
    XXH3_128bits_update(&state_->xxh, bytes, size);
}

hash128 running_hash::value() const {
    const auto v = XXH3_128bits_digest(&state_->xxh);
    return {v.high64, v.low64};
}

std::string hex_text(std::uint64_t value) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text(16, '0');
    for (int i = 15; i >= 0; --i, value >>= 4)
        text[static_cast<std::size_t>(i)] = digits[value & 15];
    return text;
}

}  // namespace callstream
