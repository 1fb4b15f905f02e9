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

bool fits(
    const std::vector<std::string>& pattern,
    const std::vector<std::string>& segments,
    path_values& values
) {
    if (pattern.size() != segments.size()) return false;
    values.clear();
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (is_placeholder(pattern[i])) {
            const std::string_view verb = verb_of(pattern[i]);
            const std::string_view segment = segments[i];
            if (!segment.ends_with(verb)) return false;
            values.push_back(segment.substr(0, segment.size() - verb.size()));
        } else if (pattern[i] != segments[i]) {
            return false;
        }
    }
    return true;
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
    path_values values;
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        if (!fits(patterns_[i], r.segments, values)) continue;
        allow_once(out.allow, verb_text(routes_[i].method));
        if (routes_[i].method == verb::get) allow_once(out.allow, "HEAD");
        if (routes_[i].method != wanted || out.found != nullptr) continue;
        out.found = &routes_[i];
        out.values = values;
    }
    if (!out.allow.empty()) allow_once(out.allow, "OPTIONS");
    return out;
}

}  // namespace callstream::http
