// Ids of variants: `variantSetId~contig~position~n`, the n-th record at a 1-based position. All
// dialects call a variant by the same id.
#pragma once

#include "engine/core/text_buffer.hpp"
#include "engine/variants/select_variants.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::catalog {

/// What an id of this variant set names; nothing for any other text.
std::optional<variants::numbered_place> place_of_variant_id(
    std::string_view id, std::string_view variant_set_id
);

/// The variant set of an id that may be one of a variant; nothing for any other text.
std::optional<std::string_view> variant_set_of_variant_id(std::string_view id);

/// What those of them name that are ids of this variant set.
std::vector<variants::numbered_place> places_of_variant_ids(
    const std::vector<std::string>& ids, std::string_view variant_set_id
);

/// Writes the ids of the variants of one set, which may stand in JSON as they are. One thread at a
/// time.
class variant_id_writer {
 public:
    explicit variant_id_writer(std::string_view variant_set_id)
        : of_set_(std::string(variant_set_id) + "~") {}

    /// The contig of the variants that follow, by its name in the file.
    void enter_contig(std::string_view name);
    void append(text_buffer& out, std::int64_t pos0, std::uint32_t duplicate) const;

 private:
    std::string of_set_;     // `dataSet~stem~`
    std::string of_contig_;  // `dataSet~stem~contig~`
};

}  // namespace callstream::catalog
