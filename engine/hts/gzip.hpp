// Gzip of small things, inflated in one go and never beyond a limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace callstream::hts {

/// The content of one gzip member or of several in a row. Throws damaged_file when the bytes are
/// not gzip to their end, a checksum is wrong, or the content is longer than `limit`. Grows with
/// what is really there.
std::string inflate_gzip(std::span<const std::uint8_t> packed, std::size_t limit);

}  // namespace callstream::hts
