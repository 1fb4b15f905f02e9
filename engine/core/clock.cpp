#include "engine/core/clock.hpp"

#include "engine/core/parse.hpp"

#include <algorithm>
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

/// Takes a text apart from its front.
class text_reader {
 public:
    explicit text_reader(std::string_view text) : text_(text) {}

    bool at_end() const { return text_.empty(); }
    bool take(char c) {
        if (text_.empty() || text_.front() != c) return false;
        text_.remove_prefix(1);
        return true;
    }
    /// A number of exactly so many digits, below `limit`.
    std::optional<int> take_number(std::size_t digits, int limit) {
        const auto part = text_.substr(0, digits);
        if (part.size() != digits || !is_all_digits(part)) return std::nullopt;
        text_.remove_prefix(digits);
        const auto number = parse_integer<int>(part);
        return number && *number < limit ? number : std::nullopt;
    }
    std::string_view take_digits() {
        const auto end = std::min(text_.find_first_not_of("0123456789"), text_.size());
        const auto digits = text_.substr(0, end);
        text_.remove_prefix(end);
        return digits;
    }

 private:
    std::string_view text_;
};

std::optional<std::chrono::milliseconds> read_time(text_reader& text) {
    using namespace std::chrono;
    const auto h = text.take_number(2, 24);
    if (!h || !text.take(':')) return std::nullopt;
    const auto m = text.take_number(2, 60);
    if (!m || !text.take(':')) return std::nullopt;
    const auto s = text.take_number(2, 61);
    if (!s) return std::nullopt;
    milliseconds time = hours(*h) + minutes(*m) + seconds(*s);
    if (text.take('.')) {
        std::string fraction(text.take_digits());
        if (fraction.empty() || fraction.size() > 9) return std::nullopt;
        fraction.resize(3, '0');
        time += milliseconds(*parse_integer<int>(fraction));
    }
    return time;
}

/// What is to be taken off for UTC.
std::optional<std::chrono::minutes> read_zone(text_reader& text) {
    using namespace std::chrono;
    if (text.take('Z')) return minutes(0);
    const bool east = text.take('+');
    if (!east && !text.take('-')) return std::nullopt;
    const auto h = text.take_number(2, 24);
    text.take(':');
    const auto m = text.take_number(2, 60);
    if (!h || !m) return std::nullopt;
    const minutes offset = hours(*h) + minutes(*m);
    return east ? offset : -offset;
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

std::int64_t now_s() {
    using namespace std::chrono;
    return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

std::string utc_text_ms(std::chrono::sys_time<std::chrono::milliseconds> when) {
    using namespace std::chrono;
    const auto whole = floor<seconds>(when);
    const auto rest = std::to_string(1000 + (when - whole).count());
    std::string text = utc_text(whole);
    return text.insert(text.size() - 1, "." + rest.substr(1));
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

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
    using namespace std::chrono;
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != 29) return std::nullopt;
    const auto number = [text](std::size_t at, std::size_t size) {
        const auto digits = text.substr(at, size);
        return is_all_digits(digits) ? parse_integer<int>(digits).value_or(0) : 0;
    };
    const auto month_at = months.find(text.substr(8, 3));
    const year_month_day date(
        year(number(12, 4)),
        month(static_cast<unsigned>(month_at / 3 + 1)),
        day(static_cast<unsigned>(number(5, 2)))
    );
    if (month_at == std::string_view::npos || !date.ok()) return std::nullopt;
    const auto when = sys_seconds(sys_days(date)) + hours(number(17, 2)) + minutes(number(20, 2)) +
                      seconds(number(23, 2));
    // What is not the one way to write it has been misread above.
    if (http_date(when) != text) return std::nullopt;
    return when;
}

std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_date_time(
    std::string_view text
) {
    const auto day =
        text.size() >= 10 && text[4] == '-' ? parse_file_date(text.substr(0, 10)) : std::nullopt;
    if (!day) return std::nullopt;
    text_reader rest(text.substr(10));
    if (rest.at_end()) return *day;
    if (!rest.take('T') && !rest.take(' ')) return std::nullopt;
    const auto time = read_time(rest);
    const auto zone = read_zone(rest);
    if (!time || !zone || !rest.at_end()) return std::nullopt;
    return *day + *time - *zone;
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
