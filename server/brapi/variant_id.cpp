#include "server/brapi/variant_id.hpp"

#include "engine/core/id.hpp"
#include "engine/core/parse.hpp"
#include "server/streaming/json_text.hpp"

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

variant_namer::variant_namer(std::string_view variant_set_id)
    : set_prefix_(streaming::json_escaped(variant_set_id) + "~") {}

void variant_namer::enter_contig(std::string_view name) {
    id_prefix_ = set_prefix_ + id::encode(name) + "~";
    name_prefix_ = streaming::json_escaped(name) + ":";
}

void variant_namer::append_id(text_buffer& out, std::int64_t pos0, std::uint32_t duplicate) const {
    out.append(id_prefix_);
    append_integer(out, pos0 + 1);
    out.append('~');
    append_integer(out, duplicate);
}

void variant_namer::append_name(text_buffer& out, std::string_view names, std::int64_t pos0) const {
    if (!names.empty())
        return out.append(streaming::json_escaped(names.substr(0, names.find(';'))));
    out.append(name_prefix_);
    append_integer(out, pos0 + 1);
}

}  // namespace callstream::brapi
