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
std::string utc_now_text();

/// `Sat, 31 Jan 2026 09:15:00 GMT`, the form of HTTP's Date field (RFC 9110, section 5.6.7).
std::string http_date(std::chrono::sys_seconds when);

/// The date of a `##fileDate` line, `20090805` or `2009-08-05` (VCF 4.x leaves the form open, these
/// two are what tools write); nothing for anything else.
std::optional<std::chrono::sys_seconds> parse_file_date(std::string_view text);

}  // namespace callstream
