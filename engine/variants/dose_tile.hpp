// A picture of the matrix of a variant set: means of doses, see `engine/genotype/dose.hpp`, over a
// grid of call sets and records. Where the grid is coarse, some of them stand for all.
#pragma once

#include "engine/core/error.hpp"
#include "engine/variants/set_view.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace callstream::variants {

struct dose_window {
    std::uint64_t first = 0;             ///< ordinals of the set
    std::uint64_t end = 0;               ///< exclusive; behind `first`, at most all records
    std::vector<std::uint32_t> samples;  ///< columns of the files, at least one
    std::uint32_t rows = 1;              ///< of the grid, for the samples: no more than these
    std::uint32_t columns = 1;           ///< for the records: no more than these
    /// A column of the files: cells say how alike to this sample they are (254: the same dose, 0:
    /// homozygous for the other), and not their dose.
    std::optional<std::uint32_t> alike_to = std::nullopt;
};

struct dose_tile {
    /// Row after row; 0 to 254, or 255 where nothing is called.
    std::vector<std::uint8_t> cells;
    std::uint64_t step = 1;         ///< of each column every so many-th record was looked at
    std::uint64_t sample_step = 1;  ///< of each row every so many-th sample
    bool from_columns = false;
};

/// What one tile may cost: genotypes out of columns or records, and records that are read.
constexpr std::uint64_t tile_cells_max = 4 << 20;
constexpr std::uint64_t tile_records_max = 512;

/// Looks at one record of each column and one sample of each row at least. `errc::unavailable`
/// while a file is not indexed; else as `set_cursor`. Throws damaged_file.
result<dose_tile> make_dose_tile(const set_view& view, const dose_window& window);

}  // namespace callstream::variants
