#include "engine/hts/gzip.hpp"

#include "engine/core/error.hpp"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace callstream::hts {

std::string inflate_gzip(std::span<const std::uint8_t> packed, std::size_t limit) {
    constexpr std::size_t piece_bytes = 64 * 1024;
    if (packed.empty() || packed.size() > std::numeric_limits<std::uint32_t>::max()) {
        throw damaged_file("is not gzip");
    }
    const auto state = std::make_unique_for_overwrite<inflate_state>();
    const auto piece = std::make_unique_for_overwrite<std::uint8_t[]>(piece_bytes);
    isal_inflate_init(state.get());
    state->crc_flag = ISAL_GZIP;
    state->next_in = const_cast<std::uint8_t*>(packed.data());
    state->avail_in = static_cast<std::uint32_t>(packed.size());
    std::string content;
    for (;;) {
        state->next_out = piece.get();
        state->avail_out = piece_bytes;
        if (isal_inflate(state.get()) != ISAL_DECOMP_OK) throw damaged_file("is not sound gzip");
        const std::size_t made = piece_bytes - state->avail_out;
        if (made > limit - content.size()) throw damaged_file("is too long when inflated");
        content.append(reinterpret_cast<const char*>(piece.get()), made);
        if (state->block_state == ISAL_BLOCK_FINISH) {
            if (state->avail_in == 0) return content;
            std::uint8_t* const next_in = state->next_in;
            const std::uint32_t avail_in = state->avail_in;
            isal_inflate_reset(state.get());
            state->crc_flag = ISAL_GZIP;
            state->next_in = next_in;
            state->avail_in = avail_in;
        } else if (state->avail_in == 0 && state->avail_out > 0) {
            throw damaged_file("gzip ends too early");
        }
    }
}

}  // namespace callstream::hts
