// Ids of variants: `variantSetDbId~contig~position~n`, the n-th record at a 1-based position.
#pragma once

#include "engine/variants/select_variants.hpp"

#include <optional>
#include <string_view>

namespace callstream::brapi {

/// What an id of this variant set names; nothing for any other text.
std::optional<variants::numbered_place> place_of_variant_id(
    std::string_view id, std::string_view variant_set_id
);

}  // namespace callstream::brapi
