// One byte for each genotype of many samples in some records, out of the columns of their file:
// what a picture of them needs, without a copy of the genotypes.
#pragma once

#include "engine/columns/column_file.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace callstream::columns {

/// What stands for a genotype. Called once for each distinct one of a tile.
using byte_of_cell = std::function<std::uint8_t(const gt_row& cell)>;

/// Writes into `out`, sample after sample in their order, the byte of each of these records, all of
/// which are in that block; `out` has room for both numbers multiplied. False when the columns do
/// not hold it: then `out` is undefined.
bool read_cell_bytes(
    const column_file& file,
    std::size_t block,
    std::span<const std::uint64_t> ordinals,
    std::span<const std::uint32_t> samples,
    const byte_of_cell& byte_of,
    std::span<std::uint8_t> out
);

}  // namespace callstream::columns
