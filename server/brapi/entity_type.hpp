// The kinds of objects of which clients can write something.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace callstream::brapi {

enum class entity_type {
    program,
    trial,
    study,
    germplasm,
    sample,
    plate,
    call_set,
    variant_set,
    extract,  ///< a variant set made of others; its metadata is that of a variant set
};

inline constexpr std::size_t entity_type_count = 9;

/// As the store and messages call it.
constexpr std::string_view name_of(entity_type type) {
    constexpr std::array<std::string_view, entity_type_count> names = {
        "program",
        "trial",
        "study",
        "germplasm",
        "sample",
        "plate",
        "call set",
        "variant set",
        "extract"};
    return names[static_cast<std::size_t>(type)];
}

}  // namespace callstream::brapi
