#include "engine/catalog/variant_id.hpp"

#include "engine/core/id.hpp"
#include "engine/core/parse.hpp"

namespace callstream::catalog {

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

std::optional<std::string_view> variant_set_of_variant_id(std::string_view id) {
    for (int part = 0; part < 3; ++part) {
        const auto split = id::split_last(id);
        if (!split) return std::nullopt;
        id = split->first;
    }
    return id;
}

std::vector<variants::numbered_place> places_of_variant_ids(
    const std::vector<std::string>& ids, std::string_view variant_set_id
) {
    std::vector<variants::numbered_place> out;
    for (const auto& id : ids) {
        if (auto place = place_of_variant_id(id, variant_set_id)) out.push_back(std::move(*place));
    }
    return out;
}

void variant_id_writer::enter_contig(std::string_view name) {
    of_contig_ = of_set_ + id::encode(name) + "~";
}

void variant_id_writer::append(text_buffer& out, std::int64_t pos0, std::uint32_t duplicate) const {
    out.append(of_contig_);
    append_integer(out, pos0 + 1);
    out.append('~');
    append_integer(out, duplicate);
}

}  // namespace callstream::catalog
