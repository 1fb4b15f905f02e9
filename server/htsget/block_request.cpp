#include "server/htsget/block_request.hpp"

#include "engine/core/parse.hpp"
#include "engine/paging/signed_text.hpp"

#include <algorithm>

namespace callstream::htsget {
namespace {

constexpr std::string_view purpose = "htsget/block/1";

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find(separator, at), text.size());
        parts.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

template <class Number>
Number number(std::string_view text) {
    return parse_integer<Number>(text).value_or(0);
}

}  // namespace

std::string sign(const paging::signing_key& key, const block_request& block) {
    std::string text;
    for (const int code :
         {static_cast<int>(block.kind),
          static_cast<int>(block.format),
          static_cast<int>(block.part)}) {
        text += std::to_string(code) + "\n";
    }
    text += block.id + "\n" + block.fingerprint + "\n" + std::to_string(block.expires_s);
    for (const auto& region : block.regions) {
        text += "\n" + region.name + "\t" + std::to_string(region.begin0) + "\t" +
                std::to_string(region.end0);
    }
    return paging::sign_text(key, purpose, text);
}

std::optional<block_request> open_signed(const paging::signing_key& key, std::string_view text) {
    const auto opened = paging::open_signed_text(key, purpose, text);
    if (!opened) return std::nullopt;
    // We wrote it, so it has all its parts.
    const auto lines = split(*opened, '\n');
    block_request out;
    out.kind = static_cast<data_kind>(number<int>(lines[0]));
    out.format = static_cast<data_format>(number<int>(lines[1]));
    out.part = static_cast<block_part>(number<int>(lines[2]));
    out.id = lines[3];
    out.fingerprint = lines[4];
    out.expires_s = number<std::int64_t>(lines[5]);
    for (std::size_t i = 6; i < lines.size(); ++i) {
        const auto parts = split(lines[i], '\t');
        out.regions.push_back(
            {std::string(parts[0]), number<std::int64_t>(parts[1]), number<std::int64_t>(parts[2])}
        );
    }
    return out;
}

}  // namespace callstream::htsget
