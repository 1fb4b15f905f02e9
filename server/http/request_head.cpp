#include "server/http/request_head.hpp"

#include "engine/core/lower_case.hpp"
#include "engine/core/parse.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/url/authority_view.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

namespace callstream::http {
namespace {

namespace beast_http = boost::beast::http;
using head_parser = beast_http::request_parser<beast_http::empty_body>;

verb verb_of(beast_http::verb v) {
    switch (v) {
        case beast_http::verb::get:
            return verb::get;
        case beast_http::verb::head:
            return verb::head;
        case beast_http::verb::options:
            return verb::options;
        case beast_http::verb::post:
            return verb::post;
        case beast_http::verb::put:
            return verb::put;
        case beast_http::verb::patch:
            return verb::patch;
        case beast_http::verb::delete_:
            return verb::delete_;
        default:
            return verb::other;
    }
}

/// A field that goes on in the next line was deprecated because parsers differ over it.
bool has_folded_line(std::string_view head) {
    return head.find("\r\n ") != std::string_view::npos ||
           head.find("\r\n\t") != std::string_view::npos;
}

std::optional<refusal> check_target(std::string_view target) {
    if (target.size() > target_bytes_max) {
        return refusal{414, "the request target is longer than 8 KiB"};
    }
    const bool printable =
        std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7f; });
    if (!printable) {
        return refusal{400, "the request target must be printable ASCII; percent-encode the rest"};
    }
    if (target.find('#') != std::string_view::npos) {
        return refusal{400, "the request target must not have a fragment"};
    }
    if (target != "*" && !target.starts_with('/')) {
        return refusal{400, "the request target must be a path"};
    }
    return std::nullopt;
}

/// What has to be known before the body is read: how long it is, and whether the client waits.
std::optional<refusal> read_body_fields(const head_parser::value_type& message, request& out) {
    if (message.count(beast_http::field::content_length) > 0) {
        const auto text = message[beast_http::field::content_length];
        const auto length = parse_integer<std::uint64_t>({text.data(), text.size()});
        if (!length) return refusal{400, "Content-Length must be one decimal number"};
        out.body_bytes = *length;
    }
    const bool takes_body =
        out.method == verb::post || out.method == verb::put || out.method == verb::patch;
    if (out.body_bytes > 0 && !takes_body && out.method != verb::other) {
        return refusal{400, "a request of this method must not have a body"};
    }
    const auto expect = lower_case(out.field("expect"));
    if (expect.empty() || !out.http_1_1) return std::nullopt;  // RFC 9110, section 10.1.1
    if (expect != "100-continue") return refusal{417, "only Expect: 100-continue is understood"};
    out.expects_continue = true;
    return std::nullopt;
}

bool is_host(std::string_view value) {
    const auto authority = boost::urls::parse_authority(value);
    return authority && !authority->has_userinfo();
}

/// Where does this request end? Anything that could be answered in two ways is refused.
std::optional<refusal> check_framing(const head_parser::value_type& message) {
    if (message.version() != 10 && message.version() != 11) {
        return refusal{505, "this server speaks HTTP/1.1"};
    }
    if (message.count(beast_http::field::transfer_encoding) > 0) {
        return refusal{411, "a request body needs Content-Length, not Transfer-Encoding"};
    }
    if (message.count(beast_http::field::content_length) > 1) {
        return refusal{400, "Content-Length is given twice"};
    }
    const auto hosts = message.count(beast_http::field::host);
    const bool host_needed = message.version() == 11;
    if (hosts > 1 || (host_needed && (hosts == 0 || message[beast_http::field::host].empty()))) {
        return refusal{400, "exactly one Host field is needed"};
    }
    // It stands in links of answers. RFC 9112, section 3.2: an invalid value is a 400.
    if (hosts == 1 && !is_host(message[beast_http::field::host])) {
        return refusal{400, "the Host field is not a host with or without a port"};
    }
    return std::nullopt;
}

std::optional<refusal> check_text(std::string_view text) {
    if (!simdjson::validate_utf8(text.data(), text.size())) {
        return refusal{400, "the request target is not UTF-8 after percent-decoding"};
    }
    if (text.find('\0') != std::string_view::npos) {
        return refusal{400, "the request target must not hold a zero byte"};
    }
    return std::nullopt;
}

std::optional<refusal> read_target(std::string_view target, request& out) {
    if (target == "*") {
        if (out.method != verb::options) return refusal{400, "only OPTIONS takes the target *"};
        out.path = target;
        return std::nullopt;
    }
    const auto url = boost::urls::parse_origin_form(target);
    if (!url) return refusal{400, "the request target is not a valid path and query"};
    out.path = std::string(url->encoded_path());
    out.segments.reserve(8);
    for (const auto segment : url->encoded_segments()) out.segments.push_back(segment.decode());
    if (!out.segments.empty() && out.segments.back().empty()) out.segments.pop_back();
    for (const auto& parameter : url->params()) {
        if (parameter.key.empty() && parameter.value.empty()) continue;  // `?` or `&` alone
        out.parameters.emplace_back(parameter.key, parameter.value);
    }
    for (const auto& segment : out.segments) {
        if (auto bad = check_text(segment)) return bad;
    }
    for (const auto& [name, value] : out.parameters) {
        if (auto bad = check_text(name)) return bad;
        if (auto bad = check_text(value)) return bad;
    }
    return std::nullopt;
}

/// Clients of Google's APIs send a GET with a long query, and a PATCH, as a POST that says so. Only
/// their paths take that; the rights that are asked for are those of the method that is meant.
std::optional<refusal> override_method(request& out) {
    const auto meant = lower_case(out.field("x-http-method-override"));
    if (meant.empty() || out.method != verb::post || !out.path.starts_with("/v1/")) {
        return std::nullopt;
    }
    constexpr std::array<std::pair<std::string_view, verb>, 5> known = {{
        {"get", verb::get},
        {"post", verb::post},
        {"put", verb::put},
        {"patch", verb::patch},
        {"delete", verb::delete_},
    }};
    const auto at =
        std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.first == meant; });
    if (at == known.end()) return refusal{400, "X-HTTP-Method-Override is no method"};
    out.method = at->second;
    out.query_in_body = out.body_bytes > 0 && out.method == verb::get;
    if (out.body_bytes > 0 && out.method == verb::delete_) {
        return refusal{400, "a request of this method must not have a body"};
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::vector<std::pair<std::string, std::string>>> parse_form(std::string_view text) {
    request read;
    if (read_target("/?" + std::string(text), read)) return std::nullopt;
    return std::move(read.parameters);
}

void throw_exception_from_error(const refusal& r, const boost::source_location&) {
    throw std::runtime_error(r.text);
}

std::string_view verb_text(verb v) {
    switch (v) {
        case verb::get:
            return "GET";
        case verb::head:
            return "HEAD";
        case verb::options:
            return "OPTIONS";
        case verb::post:
            return "POST";
        case verb::put:
            return "PUT";
        case verb::patch:
            return "PATCH";
        case verb::delete_:
            return "DELETE";
        case verb::other:
            break;
    }
    return "OTHER";
}

std::string request::field(std::string_view lower_case_name) const {
    std::string joined;
    for (const auto& [name, value] : fields) {
        if (name != lower_case_name) continue;
        if (!joined.empty()) joined += ", ";
        joined += value;
    }
    return joined;
}

boost::system::result<request, refusal> parse_request_head(std::string_view head) {
    if (has_folded_line(head)) return refusal{400, "a header field must not be folded"};
    head_parser parser;
    parser.header_limit(head_bytes_max);
    parser.skip(true);  // the body is not for this parser
    boost::system::error_code ec;
    parser.put(boost::asio::const_buffer(head.data(), head.size()), ec);
    if (ec == beast_http::error::bad_version) return refusal{505, "this server speaks HTTP/1.1"};
    if (ec || !parser.is_header_done()) return refusal{400, "the request is not valid HTTP/1.1"};

    const auto& message = parser.get();
    const std::string_view target(message.target().data(), message.target().size());
    if (auto bad = check_target(target)) return std::move(*bad);
    if (auto bad = check_framing(message)) return std::move(*bad);
    request out;
    out.method = verb_of(message.method());
    out.http_1_1 = message.version() == 11;
    out.keep_alive = message.keep_alive();
    out.fields.reserve(8);
    for (const auto& field : message) {
        out.fields.emplace_back(
            lower_case({field.name_string().data(), field.name_string().size()}), field.value()
        );
    }
    if (auto bad = read_body_fields(message, out)) return std::move(*bad);
    if (auto bad = read_target(target, out)) return std::move(*bad);
    if (auto bad = override_method(out)) return std::move(*bad);
    return out;
}

}  // namespace callstream::http
