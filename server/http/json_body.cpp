#include "server/http/json_body.hpp"

#include "engine/core/parse.hpp"
#include "server/http/asked_names.hpp"
#include "server/http/request_body.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <simdjson.h>

#include <cmath>
#include <memory>
#include <new>
#include <utility>

namespace callstream::http {
namespace json = boost::json;
namespace dom = simdjson::dom;
namespace {

static_assert(body_padding >= simdjson::SIMDJSON_PADDING);

/// A parser keeps about 13 bytes per byte of its largest document; above this it is let go.
constexpr std::size_t kept_parser_bytes_max = 256 * 1024;

constexpr const char* empty_text = "is empty; send at least {}";

error refuse(std::string why) {
    return {errc::bad_request, "the request body " + std::move(why)};
}

std::string reason(simdjson::error_code code) {
    switch (code) {
        case simdjson::EMPTY:
            return empty_text;
        case simdjson::DEPTH_ERROR:
            return "is nested deeper than " + std::to_string(json_depth_max) + " levels";
        case simdjson::UTF8_ERROR:
            return "is not UTF-8";
        case simdjson::NUMBER_ERROR:
        case simdjson::NUMBER_OUT_OF_RANGE:
            return "has a number that is not valid JSON or does not fit in 64 bits";
        case simdjson::STRING_ERROR:
        case simdjson::UNESCAPED_CHARS:
        case simdjson::UNCLOSED_STRING:
            return "has a string that is not valid JSON";
        case simdjson::MEMALLOC:
        case simdjson::CAPACITY:
            throw std::bad_alloc();
        default:
            return "is not valid JSON";
    }
}

result<json::value> copy(dom::element e);

/// simdjson lets members pass that are there twice. Two that say the same do no harm, and QBMS
/// sends them; two that differ would be understood by luck.
result<json::value> copy_object(dom::object o) {
    json::object out;
    out.reserve(o.size());
    for (const auto [key, value] : o) {
        auto copied = copy(value);
        if (!copied) return copied;
        const auto* before = out.if_contains(key);
        if (before == nullptr) {
            out.emplace(key, std::move(*copied));
        } else if (*before != *copied) {
            return refuse("has the member '" + shown_name(key) + "' twice, with different values");
        }
    }
    return json::value(std::move(out));
}

result<json::value> copy_array(dom::array a) {
    json::array out;
    out.reserve(a.size());
    for (const auto value : a) {
        auto copied = copy(value);
        if (!copied) return copied;
        out.push_back(std::move(*copied));
    }
    return json::value(std::move(out));
}

result<json::value> copy(dom::element e) {
    switch (e.type()) {
        case dom::element_type::OBJECT:
            return copy_object(dom::object(e));
        case dom::element_type::ARRAY:
            return copy_array(dom::array(e));
        case dom::element_type::STRING:
            return json::value(std::string_view(e));
        case dom::element_type::INT64:
            return json::value(std::int64_t(e));
        case dom::element_type::UINT64:
            return json::value(std::uint64_t(e));
        case dom::element_type::DOUBLE:
            return json::value(double(e));
        case dom::element_type::BOOL:
            return json::value(bool(e));
        case dom::element_type::NULL_VALUE:
            break;
    }
    return json::value(nullptr);
}

result<json::object> parse_with(dom::parser& parser, const std::string& body) {
    dom::element root;
    // Copies the body first where its capacity leaves no room to read on behind its end.
    if (const auto code = parser.parse(body).get(root)) return refuse(reason(code));
    if (!root.is_object()) return refuse("must be a JSON object, {...}");
    auto copied = copy_object(dom::object(root));
    if (!copied) return copied.error();
    return std::move(copied->as_object());
}

}  // namespace

result<json::object> parse_json_object(const std::string& body) {
    thread_local std::unique_ptr<dom::parser> parser;
    if (body.find_first_not_of(" \t\r\n") == std::string::npos) return refuse(empty_text);
    if (parser == nullptr) {
        parser = std::make_unique<dom::parser>();
        if (const auto code = parser->allocate(body.size(), json_depth_max)) {
            parser.reset();
            return refuse(reason(code));
        }
    }
    auto object = parse_with(*parser, body);
    if (parser->capacity() > kept_parser_bytes_max) parser.reset();
    return object;
}

std::string shown_name(std::string_view name) {
    constexpr std::size_t shown_bytes_max = 64;
    if (name.size() <= shown_bytes_max) return std::string(name);
    std::size_t end = shown_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
    return std::string(name.substr(0, end)) + "...";
}

const json::value* json_fields::find(std::string_view name) {
    known_.emplace(name);
    asked_names::note_member(prefix_, name);
    const auto* value = object_.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

error json_fields::wrong(std::string_view name, std::string_view should_be) const {
    return {errc::bad_request, prefix_ + std::string(name) + " must be " + std::string(should_be)};
}

result<std::optional<std::string>> json_fields::text(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr) return std::optional<std::string>{};
    if (!value->is_string()) return wrong(name, "a text");
    return std::optional(std::string(value->as_string()));
}

result<std::vector<std::string>> json_fields::text_list(std::string_view name) {
    const auto* value = find(name);
    std::vector<std::string> out;
    if (value == nullptr) return out;
    const json::array one = {*value};
    for (const auto& item : value->is_array() ? value->as_array() : one) {
        if (!item.is_string()) return wrong(name, "an array of texts");
        if (!item.as_string().empty()) out.emplace_back(item.as_string());
    }
    return out;
}

result<std::optional<std::int64_t>> json_fields::integer(std::string_view name) {
    constexpr double exact_max = 9007199254740992;  // 2^53: a double may be off by one above
    const auto* value = find(name);
    if (value == nullptr) return std::optional<std::int64_t>{};
    std::optional<std::int64_t> number;
    if (value->is_int64()) {
        number = value->as_int64();
    } else if (const auto* real = value->if_double()) {
        const bool whole = std::trunc(*real) == *real && std::abs(*real) <= exact_max;
        if (whole) number = static_cast<std::int64_t>(*real);
    } else if (const auto* digits = value->if_string()) {
        number = parse_integer<std::int64_t>({digits->data(), digits->size()});
    }
    if (!number) return wrong(name, "a whole number");
    return number;
}

result<std::optional<std::string>> json_fields::text_or_number(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr || value->is_string()) return text(name);
    const auto number = integer(name);
    if (!number) return wrong(name, "a text");
    return std::to_string(**number);
}

result<std::optional<double>> json_fields::number(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr) return std::optional<double>{};
    std::optional<double> number;
    if (value->is_number()) {
        number = value->to_number<double>();
    } else if (const auto* text = value->if_string()) {
        number = parse_real({text->data(), text->size()});
    }
    if (!number) return wrong(name, "a number");
    return number;
}

result<std::optional<bool>> json_fields::boolean(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr) return std::optional<bool>{};
    if (!value->is_bool()) return wrong(name, "true or false");
    return std::optional(value->as_bool());
}

result<std::optional<json_fields>> json_fields::object(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr) return std::optional<json_fields>{};
    if (!value->is_object()) return wrong(name, "an object");
    return std::optional<json_fields>(
        std::in_place, value->as_object(), prefix_ + std::string(name) + "."
    );
}

result<const json::object*> json_fields::free_object(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr) return nullptr;
    if (!value->is_object()) return wrong(name, "an object");
    return &value->get_object();
}

result<std::optional<std::vector<json_fields>>> json_fields::object_list(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr) return std::optional<std::vector<json_fields>>{};
    if (!value->is_array()) return wrong(name, "an array of objects");
    std::vector<json_fields> out;
    for (const auto& item : value->get_array()) {
        if (!item.is_object()) return wrong(name, "an array of objects");
        const auto place = "[" + std::to_string(out.size()) + "].";
        out.emplace_back(item.get_object(), prefix_ + std::string(name) + place);
    }
    return std::optional(std::move(out));
}

std::vector<std::string> json_fields::unknown() const {
    std::vector<std::string> names;
    for (const auto& [key, value] : object_) {
        const std::string_view name(key.data(), key.size());
        if (!known_.contains(name)) names.push_back(prefix_ + shown_name(name));
    }
    return names;
}

}  // namespace callstream::http
