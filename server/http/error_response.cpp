#include "server/http/error_response.hpp"

#include "engine/core/clock.hpp"
#include "server/http/negotiation.hpp"
#include "server/streaming/json_text.hpp"

#include <array>

namespace callstream::http {

int status_of(errc code) {
    switch (code) {
        case errc::bad_request:
            return 400;
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
    }
    return 500;
}

response error_response(int status, std::string_view text, std::string_view accept) {
    constexpr std::array<std::string_view, 2> offers = {"application/json", "text/plain"};
    const bool plain = pick_media_type(accept, offers) == offers[1];
    const std::string message = "ERROR - " + utc_now_text() + " - " + std::string(text);
    response r;
    r.status = status;
    r.content_type = plain ? "text/plain; charset=utf-8" : "application/json";
    r.body = (plain ? message : streaming::json_quoted(message)) + "\n";
    return r;
}

response error_response(const error& e, std::string_view accept) {
    response r = error_response(status_of(e.code), e.text, accept);
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
        case 206:
            return "Partial Content";
        case 204:
            return "No Content";
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
        case 411:
            return "Length Required";
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
