#include "server/streaming/cell_encoder.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace callstream::streaming {
namespace {

constexpr std::size_t stretch_min = 12;    // bytes; cells by themselves are as short
constexpr std::size_t stretch_max = 1024;  // a repeat may be longer: it goes on as the next one
constexpr std::size_t cell_max = 64;       // bytes; longer ones are taken apart
constexpr std::size_t run_max = 64;        // repeats between two looks at the writer

constexpr std::uint64_t golden = 0x9E3779B97F4A7C15;

std::uint64_t word_at(const char* at) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

template <std::size_t Places>
std::size_t place_of(std::uint64_t word) {
    return static_cast<std::size_t>(word * golden >> (64 - std::bit_width(Places - 1)));
}

constexpr std::size_t step = 64;

/// A bit for each of `step` bytes, the first one lowest.
struct step_marks {
    std::uint64_t same = 0;  ///< as where the copy comes from
    std::uint64_t ends = 0;  ///< the end of a cell
};

#if defined(__SSE2__)
[[gnu::always_inline]] inline step_marks look_at_step(
    const char* at, const char* from, char cell_end
) {
    step_marks marks;
    const __m128i wanted = _mm_set1_epi8(cell_end);
    const auto bits = [](__m128i bytes) {
        return std::uint64_t{static_cast<std::uint16_t>(_mm_movemask_epi8(bytes))};
    };
#pragma GCC unroll 4
    for (unsigned i = 0; i < step; i += sizeof(__m128i)) {
        const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + i));
        const __m128i there = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i));
        marks.same |= bits(_mm_cmpeq_epi8(here, there)) << i;
        marks.ends |= bits(_mm_cmpeq_epi8(here, wanted)) << i;
    }
    return marks;
}
#else
step_marks look_at_step(const char* at, const char* from, char cell_end) {
    step_marks marks;
    for (unsigned i = 0; i < step; ++i) {
        marks.same |= std::uint64_t{at[i] == from[i]} << i;
        marks.ends |= std::uint64_t{at[i] == cell_end} << i;
    }
    return marks;
}
#endif

/// Bytes that are the same, up to the end of the last cell among them. Without branches where they
/// differ, which nobody could predict. Looks at whole steps below `most` only.
std::size_t same_cells(const char* at, const char* from, std::size_t most, char cell_end) {
    std::size_t n = 0;
    std::size_t cells = 0;
    for (; n + step <= most; n += step) {
        const auto marks = look_at_step(at + n, from + n, cell_end);
        const auto length = std::countr_one(marks.same);
        const auto ends = length == step ? marks.ends : marks.ends & ~(~std::uint64_t{0} << length);
        cells = ends == 0 ? cells : n + step - static_cast<std::size_t>(std::countl_zero(ends));
        if (length != step) break;
    }
    return cells;
}

}  // namespace

void cell_encoder::encode(std::string_view text, bool last, text_buffer& out) {
    take(text);
    writer_.open(out);
    const char* const end = window_.data() + window_.size();
    deflate(end - text.size(), end);
    writer_.add(crc_piece_of(text));
    last ? writer_.finish() : writer_.pause();
}

/// Behind what it may repeat.
void cell_encoder::take(std::string_view text) {
    if (window_.size() > copy_distance_max) {
        const std::size_t gone = window_.size() - copy_distance_max;
        char* const start = window_.prepare(0) - window_.size();
        std::memmove(start, start + gone, copy_distance_max);
        window_.drop_last(gone);
        base_ += gone;
    }
    window_.append(text);
}

void cell_encoder::deflate(const char* at, const char* end) {
    while (at < end) {
        if (writer_.is_learning()) {
            writer_.learn();
            at += write_one(at, end);
        } else {
            at = write_run(at, end);
        }
    }
}

/// A cell or several.
std::size_t cell_encoder::write_one(const char* at, const char* end) {
    const auto found = find(at, end);
    if (found.distance > 0) {
        writer_.repeat(found.size, found.distance);
    } else {
        writer_.spell({at, found.size});
    }
    return found.size;
}

/// The same in codes that stay; returns the end.
const char* cell_encoder::write_run(const char* at, const char* end) {
    const auto& codes = writer_.codes();
    auto cursor = writer_.lend(
        run_max * bit_cursor::room_for_copy(0) + bit_cursor::room_for_copy(run_max * stretch_max)
    );
    for (std::size_t i = 0; i < run_max && at < end; ++i) {
        const auto found = find(at, end);
        if (found.distance > 0) {
            cursor.copy(codes, found.size, found.distance);
            at += found.size;
            continue;
        }
        writer_.bring_back(cursor);
        writer_.spell({at, found.size});
        return at + found.size;
    }
    writer_.bring_back(cursor);
    return at;
}

/// What stands at `at`, and how far before it stood, too: several cells, else one.
cell_encoder::repeat cell_encoder::find(const char* at, const char* end) {
    const auto here =
        static_cast<std::uint32_t>(base_) + static_cast<std::uint32_t>(at - window_.data());
    if (end - at >= static_cast<std::ptrdiff_t>(step)) {
        const auto hash = word_at(at) ^ std::rotl(word_at(at + 8) * golden, 23) ^
                          std::rotl(word_at(at + 16) * golden, 41);
        const auto distance = distance_to(stretches_[place_of<places>(hash)], here, at);
        stretches_[place_of<places>(hash)] = here;
        const auto most = std::min(static_cast<std::size_t>(end - at), stretch_max);
        const auto size = distance == 0 ? 0 : same_cells(at, at - distance, most, cell_end_);
        if (size >= stretch_min) return {size, distance};
    }
    const auto size = cell_size(at, end);
    if (size < copy_length_min) return {size, 0};
    std::uint64_t word = 0;
    std::memcpy(&word, at, std::min(size, sizeof word));
    const auto distance = distance_to(cells_[place_of<places>(word + size)], here, at);
    cells_[place_of<places>(word + size)] = here;
    const bool is_same = distance > 0 && std::memcmp(at, at - distance, size) == 0;
    return {size, is_same ? distance : 0};
}

/// 0: too far away, or nowhere.
std::size_t cell_encoder::distance_to(std::uint32_t place, std::uint32_t here, const char* at)
    const {
    const std::size_t distance = here - place;
    const auto before = static_cast<std::size_t>(at - window_.data());
    return distance <= std::min<std::size_t>(before, copy_distance_max) ? distance : 0;
}

std::size_t cell_encoder::cell_size(const char* at, const char* end) const {
    const auto most = std::min(static_cast<std::size_t>(end - at), cell_max);
    const auto* found = static_cast<const char*>(std::memchr(at, cell_end_, most));
    return found == nullptr ? most : static_cast<std::size_t>(found - at) + 1;
}

}  // namespace callstream::streaming
