#include "server/http/error_response.hpp"

#include "engine/core/clock.hpp"
#include "server/http/negotiation.hpp"
#include "server/streaming/json_text.hpp"

#include <array>

namespace callstream::http {

int status_of(errc code) {
    switch (code) {
        case errc::bad_request:
        case errc::precondition:
            return 400;
        case errc::conflict:
            return 409;
        case errc::unauthorized:
            return 401;
        case errc::forbidden:
            return 403;
        case errc::not_found:
            return 404;
        case errc::not_acceptable:
            return 406;
        case errc::unavailable:
            return 503;
        case errc::file_replaced:
            return 503;  // the next request sees the new file
        case errc::file_unusable:
        case errc::storage_damaged:
            return 500;
        case errc::storage_full:
            return 507;
        case errc::not_offered:
            return 501;
    }
    return 500;
}

namespace {

/// The name of google.rpc.Code that stands for a status.
std::string_view rpc_name(int status) {
    constexpr std::array<std::pair<int, std::string_view>, 11> names = {{
        {401, "UNAUTHENTICATED"},
        {403, "PERMISSION_DENIED"},
        {404, "NOT_FOUND"},
        {405, "UNIMPLEMENTED"},
        {408, "DEADLINE_EXCEEDED"},
        {409, "ALREADY_EXISTS"},
        {500, "INTERNAL"},
        {501, "UNIMPLEMENTED"},
        {503, "UNAVAILABLE"},
        {505, "UNIMPLEMENTED"},
        {507, "RESOURCE_EXHAUSTED"},
    }};
    for (const auto& [code, name] : names) {
        if (code == status) return name;
    }
    return "INVALID_ARGUMENT";
}

response google_error(int status, std::string_view name, std::string_view text) {
    response r;
    r.status = status;
    r.body = "{\"error\":{\"code\":" + std::to_string(status) +
             ",\"message\":" + streaming::json_quoted(text) + ",\"status\":\"" + std::string(name) +
             "\"}}\n";
    return r;
}

/// The errors that htsget 1.3 names, and ours in its form.
std::string_view htsget_name(int status) {
    switch (status) {
        case 401:
            return "InvalidAuthentication";
        case 403:
            return "PermissionDenied";
        case 404:
            return "NotFound";
        case 413:
            return "PayloadTooLarge";
        case 503:
            return "Unavailable";
        default:
            return status < 500 ? "InvalidInput" : "InternalError";
    }
}

}  // namespace

response htsget_error(int status, std::string_view name, std::string_view text) {
    response r;
    r.status = status;
    r.body = "{\"htsget\":{\"error\":" + streaming::json_quoted(name) +
             ",\"message\":" + streaming::json_quoted(text) + "}}\n";
    return r;
}

error_form form_of(const request& r) {
    const bool is_google = r.path == "/v1" || r.path.starts_with("/v1/") || r.path == "/batch" ||
                           r.path.starts_with("/batch/");
    return {is_google, r.field("accept"), r.path.starts_with("/htsget/")};
}

response error_response(int status, std::string_view text, const error_form& form) {
    if (form.google) return google_error(status, rpc_name(status), text);
    if (form.htsget) return htsget_error(status, htsget_name(status), text);
    const std::string_view accept = form.accept;
    constexpr std::array<std::string_view, 2> offers = {"application/json", "text/plain"};
    const bool plain = pick_media_type(accept, offers) == offers[1];
    const std::string message = "ERROR - " + utc_now_text() + " - " + std::string(text);
    response r;
    r.status = status;
    r.content_type = plain ? "text/plain; charset=utf-8" : "application/json";
    r.body = (plain ? message : streaming::json_quoted(message)) + "\n";
    return r;
}

response error_response(const error& e, const error_form& form) {
    const int status = status_of(e.code);
    const bool is_state = e.code == errc::precondition;
    response r = form.google && is_state ? google_error(status, "FAILED_PRECONDITION", e.text)
                                         : error_response(status, e.text, form);
    if (r.status == 503) {
        r.fields.emplace_back("Retry-After", std::to_string(e.retry_after.count()));
    }
    return r;
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 206:
            return "Partial Content";
        case 304:
            return "Not Modified";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 411:
            return "Length Required";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 417:
            return "Expectation Failed";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        case 507:
            return "Insufficient Storage";
        default:
            return "Status";
    }
}

}  // namespace callstream::http
