#include "engine/reference/letters.hpp"

namespace callstream::reference {
namespace {

bool ends_as_it_should(const std::uint8_t* line, line_shape shape) {
    const bool has_return = shape.bytes - shape.bases == 2;
    return line[shape.bytes - 1] == '\n' && (!has_return || line[shape.bases] == '\r');
}

bool copy_lines_plain(
    const std::uint8_t* in, std::size_t lines, line_shape shape, char* out, bool upper
) {
    bool right = true;
    for (; lines > 0 && right; --lines, in += shape.bytes, out += shape.bases) {
        right = copy_letters(in, shape.bases, out, upper) && ends_as_it_should(in, shape);
    }
    return right;
}

#if defined(__x86_64__)
CALLSTREAM_AVX2 bool copy_lines_avx2(
    const std::uint8_t* in, std::size_t lines, line_shape shape, char* out, bool upper
) {
    bool right = true;
    for (; lines > 0 && right; --lines, in += shape.bytes, out += shape.bases) {
        right =
            copy_vectors<letters32>(in, shape.bases, out, upper) && ends_as_it_should(in, shape);
    }
    return right;
}
#endif

}  // namespace

bool copy_lines(
    const std::uint8_t* in,
    std::size_t lines,
    line_shape shape,
    char* out,
    bool upper,
    simd_level level
) {
#if defined(__x86_64__)
    if (level != simd_level::none && shape.bases >= sizeof(letters32)) {
        return copy_lines_avx2(in, lines, shape, out, upper);
    }
#else
    (void)level;
#endif
    return copy_lines_plain(in, lines, shape, out, upper);
}

}  // namespace callstream::reference
