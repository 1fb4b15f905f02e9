#include "server/http/negotiation.hpp"

#include "engine/core/lower_case.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace callstream::http {
namespace {

struct preference {
    std::string value;
    double quality;
};

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes the text up to the next `;` off `rest`.
std::string_view next_parameter(std::string_view& rest) {
    const auto end = rest.find(';');
    const auto parameter = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return trim(parameter);
}

/// `q=0.8` by hand: three decimals at most, anything else counts as 0.
double parse_quality(std::string_view text) {
    double value = 0;
    double unit = 1;
    for (char c : text) {
        if (c == '.') {
            unit = 0.1;
        } else if (c >= '0' && c <= '9') {
            value += (c - '0') * unit;
            if (unit < 1) unit /= 10;
        } else {
            return 0;
        }
    }
    return std::min(value, 1.0);
}

std::vector<preference> parse_preferences(std::string_view field) {
    std::vector<preference> out;
    while (!field.empty()) {
        const auto comma = field.find(',');
        std::string_view item = field.substr(0, comma);
        field = comma == std::string_view::npos ? std::string_view{} : field.substr(comma + 1);
        preference p{lower_case(next_parameter(item)), 1};
        while (!item.empty()) {
            const auto parameter = next_parameter(item);
            if (parameter.starts_with("q=") || parameter.starts_with("Q=")) {
                p.quality = parse_quality(parameter.substr(2));
            }
        }
        if (!p.value.empty()) out.push_back(std::move(p));
    }
    return out;
}

/// The most specific range that covers the offer decides.
double media_quality(const std::vector<preference>& preferences, std::string_view offer) {
    const std::string any_subtype(std::string(offer.substr(0, offer.find('/'))) + "/*");
    double quality = 0;
    int best = -1;
    for (const auto& p : preferences) {
        const int specificity = p.value == offer ? 2 : p.value == any_subtype ? 1 : 0;
        const bool covers = specificity > 0 || p.value == "*/*" || p.value == "*";
        if (!covers || specificity <= best) continue;
        best = specificity;
        quality = p.quality;
    }
    return quality;
}

}  // namespace

std::optional<std::string_view> pick_media_type(
    std::string_view accept, std::span<const std::string_view> offers
) {
    if (trim(accept).empty()) return offers.front();
    const auto preferences = parse_preferences(accept);
    std::optional<std::string_view> best;
    double best_quality = 0;
    for (const auto offer : offers) {
        const double quality = media_quality(preferences, offer);
        if (quality <= best_quality) continue;
        best = offer;
        best_quality = quality;
    }
    return best;
}

bool prefers(std::string_view prefer, std::string_view preference) {
    const auto all = parse_preferences(prefer);
    return std::any_of(all.begin(), all.end(), [preference](const auto& p) {
        return p.value == preference;
    });
}

bool is_json(std::string_view content_type) {
    if (lower_case(next_parameter(content_type)) != "application/json") return false;
    while (!content_type.empty()) {
        const std::string parameter = lower_case(next_parameter(content_type));
        const auto equals = parameter.find('=');
        if (trim(std::string_view(parameter).substr(0, equals)) != "charset") continue;
        auto value = equals == std::string::npos
                         ? std::string_view{}
                         : trim(std::string_view(parameter).substr(equals + 1));
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
            value = value.substr(1, value.size() - 2);
        }
        if (value != "utf-8" && value != "utf8") return false;
    }
    return true;
}

bool is_media_type(std::string_view content_type, std::string_view type) {
    return lower_case(next_parameter(content_type)) == type;
}

streaming::coding pick_coding(std::string_view accept_encoding) {
    streaming::coding best = streaming::coding::identity;
    double best_quality = 0;
    for (const auto& p : parse_preferences(accept_encoding)) {
        const bool zstd = p.value == "zstd";
        const bool gzip = p.value == "gzip" || p.value == "x-gzip";
        if (!zstd && !gzip) continue;
        const bool better = p.quality > best_quality || (p.quality == best_quality && zstd);
        if (p.quality <= 0 || !better) continue;
        best = zstd ? streaming::coding::zstd : streaming::coding::gzip;
        best_quality = p.quality;
    }
    return best;
}

bool has_tag(std::string_view if_none_match, std::string_view entity_tag) {
    while (!if_none_match.empty()) {
        const auto comma = std::min(if_none_match.find(','), if_none_match.size());
        auto one = if_none_match.substr(0, comma);
        if_none_match.remove_prefix(std::min(comma + 1, if_none_match.size()));
        while (one.starts_with(' ') || one.starts_with('\t')) one.remove_prefix(1);
        while (one.ends_with(' ') || one.ends_with('\t')) one.remove_suffix(1);
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (one == entity_tag || one == "*") return true;
    }
    return false;
}

}  // namespace callstream::http
