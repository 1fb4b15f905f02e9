// Bytes of a file on their way out, by pread into the blocks of the answer.
#pragma once

#include "engine/core/file.hpp"
#include "server/http/byte_range.hpp"
#include "server/streaming/body_source.hpp"

#include <memory>

namespace callstream::files {

/// `range` must lie within the file. A file that is written to while it leaves cuts the answer:
/// what a client has is always of one state of the file.
std::unique_ptr<streaming::body_source> file_source(
    unique_fd fd, const file_identity& identity, http::byte_range range
);

}  // namespace callstream::files
