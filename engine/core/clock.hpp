// Points in time as the protocols write them: UTC, RFC 3339, always with a trailing `Z`.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace callstream {

/// `2026-01-31T09:15:00Z`, whole seconds.
std::string utc_text(std::chrono::sys_seconds when);
inline std::string utc_text_of_ns(std::int64_t ns_since_epoch) {
    return utc_text(std::chrono::sys_seconds(std::chrono::seconds(ns_since_epoch / 1'000'000'000)));
}
inline std::string utc_text_of_s(std::int64_t s_since_epoch) {
    return utc_text(std::chrono::sys_seconds(std::chrono::seconds(s_since_epoch)));
}
std::string utc_now_text();
/// Seconds since 1970, as the clock on the wall has it.
std::int64_t now_s();
/// `2026-01-31T09:15:00.123Z`
std::string utc_text_ms(std::chrono::sys_time<std::chrono::milliseconds> when);

/// `Sat, 31 Jan 2026 09:15:00 GMT`, the form of HTTP's Date field (RFC 9110, section 5.6.7).
std::string http_date(std::chrono::sys_seconds when);

/// The reverse, of that form alone: the two obsolete ones, and whatever else, are nothing.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

/// The date of a `##fileDate` line, `20090805` or `2009-08-05` (VCF 4.x leaves the form open, these
/// two are what tools write); nothing for anything else.
std::optional<std::chrono::sys_seconds> parse_file_date(std::string_view text);

/// A point in time as BrAPI's clients write it, ISO 8601 with a zone: `2018-01-01T14:47:23-0600`,
/// with `Z` or a colon in the zone too, up to nine digits of a fraction of which the first three
/// count; a date alone is its midnight in UTC. Nothing for anything else.
std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_date_time(
    std::string_view text
);

}  // namespace callstream
