// The GT field of one record for some samples, as its file has it.
#pragma once

#include "engine/hts/record.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace callstream::columns {

struct gt_row {
    bool has_field = false;  ///< false: the record has no GT, and nothing below counts
    hts::value_type type = hts::value_type::absent;
    std::uint32_t per_sample = 0;
    std::span<const std::uint8_t> bytes;  ///< one sample after the other

    std::size_t stride() const noexcept { return per_sample * hts::size_of(type); }
};

}  // namespace callstream::columns
