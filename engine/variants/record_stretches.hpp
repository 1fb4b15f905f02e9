// Where records stand in the bytes of their file, so that they can be had without being read.
#pragma once

#include "engine/core/error.hpp"
#include "engine/variants/selection.hpp"

#include <cstdint>
#include <vector>

namespace callstream::variants {

class ordinal_index;
class variant_file;

/// Content of a BGZF file between two virtual offsets.
struct virtual_stretch {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    bool operator==(const virtual_stretch&) const = default;
};

/// The header, as one stretch. `errc::file_replaced` when the path names other bytes by now.
result<std::vector<virtual_stretch>> header_stretch(variant_file& file);

/// A stretch for each run of the selection, in the order of the file; null: all records. `index`
/// is that of the file, and the selection is of its ordinals. Decodes two records for each run.
/// Errors as above; throws damaged_file.
result<std::vector<virtual_stretch>> record_stretches(
    variant_file& file, const ordinal_index& index, const selection* selected
);

}  // namespace callstream::variants
