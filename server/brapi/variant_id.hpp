// Ids and names of variants. Ids: `variantSetDbId~contig~position~n`, the n-th record at a 1-based
// position.
#pragma once

#include "engine/core/text_buffer.hpp"
#include "engine/variants/select_variants.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::brapi {

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

/// Writes ids and names of the variants of one set into JSON strings. One thread at a time.
class variant_namer {
 public:
    explicit variant_namer(std::string_view variant_set_id);

    /// The contig of the variants that follow, by its name in the file.
    void enter_contig(std::string_view name);

    void append_id(text_buffer& out, std::int64_t pos0, std::uint32_t duplicate) const;
    /// The first name of the ID column, which is the one that people use; `contig:position` when
    /// there is none.
    void append_name(text_buffer& out, std::string_view names, std::int64_t pos0) const;

 private:
    std::string set_prefix_;   // `dataSet~stem~`, escaped
    std::string id_prefix_;    // with the contig, `dataSet~stem~contig~`
    std::string name_prefix_;  // `contig:`, escaped
};

}  // namespace callstream::brapi
