#include "engine/core/clock.hpp"

#include "engine/core/parse.hpp"

#include <cstdio>

namespace callstream {
namespace {

/// A point in time, taken apart.
struct calendar {
    std::chrono::weekday weekday;
    int year;
    unsigned month;
    unsigned day;
    int hour;
    int minute;
    int second;
};

calendar calendar_of(std::chrono::sys_seconds when) {
    using namespace std::chrono;
    const auto midnight = floor<days>(when);
    const year_month_day date(midnight);
    const hh_mm_ss time(when - midnight);
    return {
        weekday(midnight),
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        static_cast<int>(time.hours().count()),
        static_cast<int>(time.minutes().count()),
        static_cast<int>(time.seconds().count()),
    };
}

}  // namespace

std::string utc_text(std::chrono::sys_seconds when) {
    const calendar c = calendar_of(when);
    char text[40];
    std::snprintf(
        text,
        sizeof text,
        "%04d-%02u-%02uT%02d:%02d:%02dZ",
        c.year,
        c.month,
        c.day,
        c.hour,
        c.minute,
        c.second
    );
    return text;
}

std::string utc_now_text() {
    using namespace std::chrono;
    return utc_text(floor<seconds>(system_clock::now()));
}

std::string http_date(std::chrono::sys_seconds when) {
    static constexpr const char* weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* months[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const calendar c = calendar_of(when);
    char text[40];
    std::snprintf(
        text,
        sizeof text,
        "%s, %02u %s %04d %02d:%02d:%02d GMT",
        weekdays[c.weekday.c_encoding()],
        c.day,
        months[c.month - 1],
        c.year,
        c.hour,
        c.minute,
        c.second
    );
    return text;
}

std::optional<std::chrono::sys_seconds> parse_file_date(std::string_view text) {
    using namespace std::chrono;
    std::string digits(text);
    if (text.size() == 10 && text[4] == '-' && text[7] == '-') digits.erase(7, 1).erase(4, 1);
    if (digits.size() != 8 || !is_all_digits(digits)) return std::nullopt;
    const std::string_view d = digits;
    const year_month_day date(
        year(*parse_integer<int>(d.substr(0, 4))),
        month(*parse_integer<unsigned>(d.substr(4, 2))),
        day(*parse_integer<unsigned>(d.substr(6, 2)))
    );
    if (!date.ok()) return std::nullopt;
    return sys_seconds(sys_days(date));
}

}  // namespace callstream
