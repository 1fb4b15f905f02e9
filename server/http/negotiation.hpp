// What the client accepts (RFC 9110, section 12.5).
#pragma once

#include "server/streaming/compression.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace callstream::http {

/// The best of `offers`, by quality and then by their order. Nothing when the client accepts none;
/// the first when there is no Accept field.
std::optional<std::string_view> pick_media_type(
    std::string_view accept, std::span<const std::string_view> offers
);

/// Whether a Content-Type field says JSON in UTF-8: `application/json`, alone or with that charset
/// in any spelling. Other parameters mean nothing for JSON.
bool is_json(std::string_view content_type);

/// Whether a Content-Type field says this type, in lower case, whatever its parameters.
bool is_media_type(std::string_view content_type, std::string_view type);

/// Whether a Prefer field holds this preference (RFC 7240), in lower case.
bool prefers(std::string_view prefer, std::string_view preference);

/// Whether an If-None-Match field names this entity tag, which is without `W/`, or any.
bool has_tag(std::string_view if_none_match, std::string_view entity_tag);

/// zstd before gzip at equal quality; identity when the client names neither.
streaming::coding pick_coding(std::string_view accept_encoding);

}  // namespace callstream::http
