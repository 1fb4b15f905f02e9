#include "server/brapi/variant_id.hpp"

#include "engine/core/id.hpp"
#include "engine/core/parse.hpp"

namespace callstream::brapi {

std::optional<variants::numbered_place> place_of_variant_id(
    std::string_view id, std::string_view variant_set_id
) {
    if (!id.starts_with(variant_set_id)) return std::nullopt;
    const auto numbered = id::split_last(id.substr(variant_set_id.size()));
    if (!numbered) return std::nullopt;
    const auto placed = id::split_last(numbered->first);
    if (!placed || !placed->first.starts_with('~')) return std::nullopt;
    auto contig = id::decode(placed->first.substr(1));
    const auto position = parse_integer<std::int64_t>(placed->second);
    const auto number = parse_integer<std::uint32_t>(numbered->second);
    if (!contig || !position || *position < 0 || !number) return std::nullopt;
    return variants::numbered_place{std::move(*contig), *position - 1, *number};
}

}  // namespace callstream::brapi
