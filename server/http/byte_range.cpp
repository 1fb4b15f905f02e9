#include "server/http/byte_range.hpp"

#include "engine/core/clock.hpp"
#include "engine/core/hash.hpp"
#include "engine/core/parse.hpp"
#include "server/http/negotiation.hpp"

#include <algorithm>
#include <chrono>

namespace callstream::http {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

std::string_view trim(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

bool takes_unit(std::string_view& field) {
    constexpr std::string_view unit = "bytes=";
    if (field.size() < unit.size()) return false;
    const bool same = std::equal(unit.begin(), unit.end(), field.begin(), [](char a, char b) {
        return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
    });
    if (same) field.remove_prefix(unit.size());
    return same;
}

/// Numbers beyond 64 bits are behind the end of every file.
std::optional<std::uint64_t> position(std::string_view digits) {
    if (!is_all_digits(digits)) return std::nullopt;
    return parse_integer<std::uint64_t>(digits).value_or(~std::uint64_t{0});
}

wanted_range suffix(std::string_view digits, std::uint64_t size) {
    const auto count = position(digits);
    if (!count) return {range_kind::malformed, {}};
    if (*count == 0 || size == 0) return {range_kind::unsatisfiable, {}};
    return {range_kind::satisfiable, {size - std::min(*count, size), size}};
}

sys_seconds modified(const file_identity& file) {
    return std::chrono::floor<seconds>(
        std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(file.mtime_ns))
    );
}

/// A file that was written within this second may be written again within it, and nothing would
/// tell the two apart.
bool is_settled(sys_seconds when) {
    return when + seconds(1) <= std::chrono::system_clock::now();
}

/// The strong comparison: weak tags are equal to nothing.
bool has_strong_tag(std::string_view field, std::string_view tag) {
    while (!field.empty()) {
        const auto comma = std::min(field.find(','), field.size());
        const auto one = trim(field.substr(0, comma));
        field.remove_prefix(std::min(comma + 1, field.size()));
        if (one == tag || one == "*") return true;
    }
    return false;
}

bool fails(const request& asked, const file_identity& file, const std::string& tag) {
    if (const auto match = asked.field("if-match"); !match.empty()) {
        return !has_strong_tag(match, tag);
    }
    const auto limit = parse_http_date(asked.field("if-unmodified-since"));
    return limit && modified(file) > *limit;
}

bool is_known(const request& asked, const file_identity& file, const std::string& tag) {
    if (const auto tags = asked.field("if-none-match"); !tags.empty()) {
        return has_tag(tags, tag);
    }
    const auto since = parse_http_date(asked.field("if-modified-since"));
    return since && modified(file) <= *since;
}

/// Whether a part of the file is a part of what the client has of it.
bool may_be_partial(const request& asked, const file_identity& file, const std::string& tag) {
    const auto condition = std::string(trim(asked.field("if-range")));
    if (condition.empty() || condition == tag) return true;
    const auto date = parse_http_date(condition);
    return date && *date == modified(file) && is_settled(*date);
}

}  // namespace

wanted_range read_range(std::string_view field, std::uint64_t size) {
    field = trim(field);
    if (!takes_unit(field)) return {};
    const auto spec = trim(field);
    const auto dash = spec.find('-');
    if (spec.find(',') != std::string_view::npos) return {};
    if (dash == std::string_view::npos) return {range_kind::malformed, {}};
    const auto before = spec.substr(0, dash);
    const auto behind = spec.substr(dash + 1);
    if (before.empty()) return suffix(behind, size);
    const auto first = position(before);
    const auto last =
        behind.empty() ? std::optional<std::uint64_t>(~std::uint64_t{0}) : position(behind);
    if (!first || !last) return {range_kind::malformed, {}};
    if (*last < *first) return {range_kind::reversed, {}};
    if (*first >= size) return {range_kind::unsatisfiable, {}};
    return {range_kind::satisfiable, {*first, *last < size ? *last + 1 : size}};
}

std::string entity_tag_of(const file_identity& file) {
    std::string text;
    for (const auto number : {file.device, file.inode, file.size}) {
        text.append(std::to_string(number)).append(" ");
    }
    return "\"" + hex_text(hash64(text + std::to_string(file.mtime_ns))) + "\"";
}

std::string last_modified_of(const file_identity& file) {
    return http_date(modified(file));
}

std::string content_range(std::optional<byte_range> range, std::uint64_t size) {
    std::string out = "bytes ";
    if (range) {
        out += std::to_string(range->first) + "-" + std::to_string(range->end - 1);
    } else {
        out += "*";
    }
    return out + "/" + std::to_string(size);
}

file_answer judge(const request& asked, const file_identity& file) {
    const std::string tag = entity_tag_of(file);
    const byte_range whole{0, file.size};
    if (fails(asked, file, tag)) return {412, {}};
    if (is_known(asked, file, tag)) return {304, {}};
    // A range means nothing to HEAD (RFC 9110, section 14.2).
    if (asked.method != verb::get) return {200, whole};
    const auto wanted = read_range(asked.field("range"), file.size);
    const bool counts =
        wanted.kind == range_kind::satisfiable || wanted.kind == range_kind::unsatisfiable;
    if (!counts || !may_be_partial(asked, file, tag)) return {200, whole};
    if (wanted.kind == range_kind::unsatisfiable) return {416, {}};
    return {206, wanted.range};
}

}  // namespace callstream::http
