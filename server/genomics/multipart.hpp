// Bodies of several parts (RFC 2046, section 5.1), as clients of Google's APIs send batches.
#pragma once

#include "engine/core/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace callstream::genomics {

/// Header fields and what follows them, of a part or of a request inside one.
struct message_text {
    std::vector<std::pair<std::string, std::string_view>> fields;  ///< names in lower case
    std::string_view body;

    /// Empty when absent; the first of several.
    std::string_view field(std::string_view lower_case_name) const;
};

/// Fields up to the empty line. Lines end with CRLF, or with LF alone, as Python writes them; the
/// last may be the end of the text. `errc::bad_request` for what is no field, also for one that
/// goes on in a second line, and for more than 64. Views into `text`.
result<message_text> read_message_text(std::string_view text);

/// The parts of `body`, whose boundary `content_type` names; what stands before the first and
/// behind the last is left out. `errc::bad_request` for a boundary that is none, no part, more than
/// `parts_max`, or an end that does not come. Views into `body`.
result<std::vector<message_text>> read_multipart(
    std::string_view content_type, std::string_view body, std::size_t parts_max
);

}  // namespace callstream::genomics
