#include "server/http/router.hpp"

#include <algorithm>
#include <string_view>

namespace callstream::http {
namespace {

bool is_placeholder(std::string_view segment) {
    return segment.starts_with('{');
}

/// What stands behind the placeholder: `:undelete` of `{datasetId}:undelete`.
std::string_view verb_of(std::string_view segment) {
    return segment.substr(segment.find('}') + 1);
}

std::vector<std::string> split_pattern(std::string_view pattern) {
    std::vector<std::string> segments;
    for (std::size_t at = 0; at < pattern.size();) {
        const auto next = std::min(pattern.find('/', at + 1), pattern.size());
        if (next > at + 1) segments.emplace_back(pattern.substr(at + 1, next - at - 1));
        at = next;
    }
    return segments;
}

bool fits(std::string_view pattern, std::string_view segment) {
    return is_placeholder(pattern) ? segment.ends_with(verb_of(pattern)) : pattern == segment;
}

/// From the end, because most paths begin alike.
bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
    if (pattern.size() != segments.size()) return false;
    for (std::size_t i = pattern.size(); i-- > 0;) {
        if (!fits(std::string_view(pattern[i]), segments[i])) return false;
    }
    return true;
}

/// Of segments that fit.
path_values values_of(
    const std::vector<std::string>& pattern, const std::vector<std::string>& segments
) {
    path_values values;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (!is_placeholder(pattern[i])) continue;
        const std::string_view segment = segments[i];
        values.push_back(segment.substr(0, segment.size() - verb_of(pattern[i]).size()));
    }
    return values;
}

void allow_once(std::vector<std::string>& allow, std::string_view method) {
    if (std::find(allow.begin(), allow.end(), method) == allow.end()) allow.emplace_back(method);
}

}  // namespace

void router::add(route r) {
    patterns_.push_back(split_pattern(r.pattern));
    routes_.push_back(std::move(r));
}

router::match router::find(const request& r) const {
    match out;
    const verb wanted = r.method == verb::head ? verb::get : r.method;
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        if (routes_[i].method != wanted || !fits(patterns_[i], r.segments)) continue;
        out.found = &routes_[i];
        out.values = values_of(patterns_[i], r.segments);
        return out;
    }
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        if (!fits(patterns_[i], r.segments)) continue;
        allow_once(out.allow, verb_text(routes_[i].method));
        if (routes_[i].method == verb::get) allow_once(out.allow, "HEAD");
    }
    if (!out.allow.empty()) allow_once(out.allow, "OPTIONS");
    return out;
}

}  // namespace callstream::http
