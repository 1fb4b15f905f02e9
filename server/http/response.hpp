// An answer as handlers make it: status, fields and a body that is either a string or a source.
#pragma once

#include "server/streaming/body_source.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace callstream::http {

struct response {
    int status = 200;
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;                                ///< used when `source` is null
    bool may_compress = true;                        ///< not what is bytes of a file
    std::unique_ptr<streaming::body_source> source;  ///< takes part in streaming, see there
    /// Tells apart all bodies that a GET of this target can have; empty: nobody knows before it is
    /// made. Any text.
    std::string version;
    /// Fields, status and body are about validators and ranges already, as those of files are:
    /// nothing is to be tagged.
    bool is_validated = false;
};

std::string_view reason_phrase(int status);

}  // namespace callstream::http
