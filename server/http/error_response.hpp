// Errors as answers. One table from our codes to statuses; the text is shown to the client, so it
// never holds a path of this machine.
#pragma once

#include "engine/core/error.hpp"
#include "server/http/request.hpp"
#include "server/http/response.hpp"

#include <string>
#include <string_view>

namespace callstream::http {

int status_of(errc code);

/// How a client wants to be told.
struct error_form {
    /// `{"error":{"code","message","status"}}`, as Google's APIs do; else the JSON string
    /// `"ERROR - <UTC> - <text>"` that the BrAPI seeds show.
    bool google = false;
    std::string accept =
        {};               ///< the Accept field; whoever prefers text/plain gets BrAPI's text bare
    bool htsget = false;  ///< `{"htsget":{"error","message"}}`
};

/// By the path, also for what is refused before it has a route.
error_form form_of(const request& r);

response error_response(int status, std::string_view text, const error_form& form);
response error_response(const error& e, const error_form& form);

/// In the form of htsget; `name` is one that its specification has.
response htsget_error(int status, std::string_view name, std::string_view text);

}  // namespace callstream::http
