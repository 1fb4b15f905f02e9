// Stretches of a BGZF file as a body.
#pragma once

#include "engine/core/file.hpp"
#include "engine/core/text_buffer.hpp"
#include "engine/variants/record_stretches.hpp"
#include "server/streaming/body_source.hpp"

#include <memory>
#include <vector>

namespace callstream::htsget {

/// One behind the other, and the block that marks the end of a file if `ends`. A file that is
/// written to meanwhile cuts the answer.
std::unique_ptr<streaming::body_source> slice_source(
    unique_fd fd,
    const file_identity& identity,
    std::vector<variants::virtual_stretch> stretches,
    bool ends
);

}  // namespace callstream::htsget
