// Parameters and a JSON body: the first line is a query string, the rest a body. What our reader
// takes, another JSON parser takes too, and as the same value.
#include "server/brapi/callset_filter.hpp"
#include "server/brapi/envelope.hpp"
#include "server/http/json_body.hpp"
#include "server/http/query.hpp"
#include "server/http/request_head.hpp"
#include "tests/fuzz/support/fuzz_input.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace callstream::fuzzing {
namespace {

namespace json = boost::json;

/// The other parser may miss the nearest double by a few units in the last place, and takes 0e999
/// for no number at all.
bool same(const json::value& a, const json::value& b) {
    if (a.kind() != b.kind()) return false;
    if (a.is_double()) {
        constexpr double units = 1e-14;
        const double x = a.as_double();
        if (!std::isfinite(x)) return true;
        return std::abs(x - b.as_double()) <=
               std::abs(x) * units + std::numeric_limits<double>::min();
    }
    if (a.is_array()) {
        const auto& x = a.as_array();
        const auto& y = b.as_array();
        return std::equal(x.begin(), x.end(), y.begin(), y.end(), same);
    }
    if (!a.is_object()) return a == b;
    const auto& x = a.as_object();
    const auto& y = b.as_object();
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](const auto& p, const auto& q) {
        return p.key() == q.key() && same(p.value(), q.value());
    });
}

/// Asks for everything in every way; `sentences` must be JSON whatever the names in it.
void ask(http::json_fields fields, const json::object& object, int depth) {
    for (const auto& [key, value] : object) {
        const std::string_view name(key.data(), key.size());
        const auto integer = fields.integer(name);
        if (integer && *integer && value.is_int64()) {
            require(**integer == value.as_int64(), "an integer is read as it is");
        }
        fields.text(name);
        fields.text_list(name);
        fields.boolean(name);
        const auto inner = fields.object(name);
        if (inner && *inner && depth > 0) ask(**inner, value.as_object(), depth - 1);
    }
    require(fields.unknown().empty(), "all members were asked for");
}

/// One spelling per meaning: what a filter writes is what it reads again.
void check_spelling(const brapi::callset_filter& filter) {
    const json::object written = filter.to_body();
    http::json_fields fields(written);
    const auto again = brapi::read_callset_filter(fields);
    require(again.has_value(), "a filter reads what it wrote");
    require(again->to_body() == written, "a filter has one spelling", json::serialize(written));
    require(filter.any() == !written.empty(), "a filter that wants nothing writes nothing");
}

void check_body(const std::string& body) {
    const auto object = http::parse_json_object(body);
    if (!object) return;
    json::error_code ec;
    const auto other = json::parse(body, ec);
    // It has a smaller limit for exponents.
    if (ec == boost::json::error::exponent_overflow) return;
    require(!ec, "another parser takes what we take", body);
    require(same(other, *object), "two parsers agree", body);
    const auto again = http::parse_json_object(json::serialize(*object));
    require(again && *again == *object, "a value comes back as it was", body);

    http::json_fields fields(*object);
    const auto filter = brapi::read_callset_filter(fields);
    for (const auto& sentence : brapi::ignored_fields(fields)) {
        require_json(json::serialize(json::string(sentence)));
    }
    if (filter) check_spelling(*filter);
    constexpr int depth = 4;
    ask(http::json_fields(*object), *object, depth);
}

void check_query(std::string_view text) {
    std::string head = "GET /a?";
    head.append(text).append(" HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto request = http::parse_request_head(head);
    if (!request) return;
    http::query q(*request);
    const auto filter = brapi::read_callset_filter(q);
    q.integer("page");
    q.integer("pageSize");
    for (const auto& sentence : brapi::ignored_parameters(q)) {
        require_json(json::serialize(json::string(sentence)));
    }
    if (filter) check_spelling(*filter);
    for (const auto& [name, value] : request->parameters) {
        const auto asked = q.text(name);
        require(!asked || *asked == value, "a parameter is read as it was sent");
        q.boolean(name);
        q.integer(name);
        q.filter(name);
    }
    require(q.unknown().empty(), "all parameters were asked for");
}

}  // namespace
}  // namespace callstream::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace callstream::fuzzing;
    auto rest = text_of(data, size);
    const auto query = take_until(rest, "\n");
    check_query(query);
    check_body(std::string(rest));
    return 0;
}
