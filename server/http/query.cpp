#include "server/http/query.hpp"

#include "engine/core/parse.hpp"
#include "server/http/asked_names.hpp"

#include <algorithm>
#include <cctype>

namespace callstream::http {

result<std::optional<std::string>> query::text(std::string_view name) {
    known_.emplace(name);
    asked_names::note_parameter(name);
    std::optional<std::string> found;
    for (const auto& [key, value] : request_.parameters) {
        if (key != name) continue;
        if (found) return error{errc::bad_request, std::string(name) + " is given twice"};
        found = value;
    }
    return found;
}

result<std::optional<std::string>> query::filter(std::string_view name) {
    auto value = text(name);
    if (value && *value && (*value)->empty()) return std::optional<std::string>{};
    return value;
}

result<std::optional<std::int64_t>> query::integer(std::string_view name) {
    const auto value = filter(name);
    if (!value) return value.error();
    if (!*value) return std::optional<std::int64_t>{};
    const auto number = parse_integer<std::int64_t>(**value);
    if (!number) {
        return error{errc::bad_request, std::string(name) + " must be a whole number"};
    }
    return number;
}

result<std::optional<double>> query::number(std::string_view name) {
    const auto value = filter(name);
    if (!value) return value.error();
    if (!*value) return std::optional<double>{};
    const auto number = parse_real(**value);
    if (!number) return error{errc::bad_request, std::string(name) + " must be a number"};
    return number;
}

result<std::optional<bool>> query::boolean(std::string_view name) {
    const auto value = filter(name);
    if (!value) return value.error();
    if (!*value) return std::optional<bool>{};
    std::string lower = **value;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    if (lower == "true") return std::optional<bool>(true);
    if (lower == "false") return std::optional<bool>(false);
    return error{errc::bad_request, std::string(name) + " must be true or false"};
}

std::vector<std::string> query::unknown() const {
    std::vector<std::string> names;
    for (const auto& [key, value] : request_.parameters) {
        const bool said = std::find(names.begin(), names.end(), key) != names.end();
        if (!known_.contains(key) && !said) names.push_back(key);
    }
    return names;
}

}  // namespace callstream::http
