// Errors as answers. One table from our codes to statuses; the text is shown to the client, so it
// never holds a path of this machine.
#pragma once

#include "engine/core/error.hpp"
#include "server/http/request.hpp"
#include "server/http/response.hpp"

#include <string_view>

namespace callstream::http {

int status_of(errc code);

/// `accept` is the client's Accept field: whoever prefers text/plain gets the bare text, everybody
/// else the JSON string `"ERROR - <UTC> - <text>"` that the BrAPI seeds show.
response error_response(int status, std::string_view text, std::string_view accept);
response error_response(const error& e, std::string_view accept);

}  // namespace callstream::http
